// The browser that journeys and measurements drive: an installed Chromium, Chrome or Edge, wherever it is, else one that is
// brought below .tools/. `node scripts/browser/browser.mjs` prints its path.
import { existsSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bring, brought, downloads, starts } from './bring.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'microsoft-edge-stable'];
const applications = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `Applications/${name}.app/Contents/MacOS/${name}`);
const usual = [
  ...names.map((name) => `/usr/bin/${name}`), '/snap/bin/chromium', '/opt/google/chrome/chrome', '/opt/microsoft/msedge/msedge',
  '/usr/lib/chromium/chromium', ...applications.map((application) => `/${application}`),
];

/** An installed browser that starts. One that CHROMIUM or CHROME_PATH names is taken unseen, so that it is looked for once. */
export function installed({ env = process.env, home = os.homedir(), places = usual } = {}) {
  const named = env.CHROMIUM || env.CHROME_PATH;
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROMIUM or CHROME_PATH names ${named}, which does not exist`);
    return named;
  }
  const onPath = (env.PATH ?? '').split(path.delimiter).filter(Boolean).flatMap((folder) => names.map((name) => path.join(folder, name)));
  const ofPlaywright = ['.cache/ms-playwright', 'Library/Caches/ms-playwright'].flatMap((cache) => downloads(path.join(home, cache)));
  const candidates = [...onPath, ...places, ...applications.map((application) => path.join(home, application)), ...ofPlaywright];
  return candidates.find(starts);
}

/** The browser to drive; brought if there is none. */
export function browserProgram() {
  const found = installed() ?? brought() ?? bring();
  if (found) return found;
  const command = os.platform() === 'darwin' ? 'brew install --cask google-chrome' : 'sudo apt-get install chromium';
  throw new Error(`no Chromium, Chrome or Edge is here, and none could be brought (see above). Get one: ${command}\n`
    + 'or say where one is: CHROMIUM=/path/to/chromium');
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log(browserProgram());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
