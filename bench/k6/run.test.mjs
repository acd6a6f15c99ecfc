// Load goes to the local cloud or to the one stage that is named, and nowhere by mistake.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

/** Runs the script beside a local cloud that is said to be at an address where nothing answers. */
function run(t, env) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'load-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const endpoints = path.join(folder, 'endpoints.json');
  writeFileSync(endpoints, JSON.stringify({ web: 'http://127.0.0.1:9' }));
  const { STAGE: _, URL: __, SCALE: ___, SCENARIOS: ____, ...own } = process.env;
  const { status, stderr } = spawnSync(path.join(import.meta.dirname, 'run.sh'), { env: { ...own, YORIAI_ENDPOINTS: endpoints, ...env }, encoding: 'utf8' });
  return { status, said: stderr.trim() };
}

const refused = {
  'the local cloud is down': [{}, /no Yoriai answers at http:\/\/127\.0\.0\.1:9$/],
  'no local cloud was ever up': [{ YORIAI_ENDPOINTS: '/nonexistent' }, /the local cloud is not up/],
  'an address without its stage': [{ URL: 'https://chat.example.com' }, /https:\/\/chat\.example\.com is not the local cloud .* name the stage/],
  'a stage without its address': [{ STAGE: 'staging' }, /say where stage staging is/],
  'an address that is none': [{ STAGE: 'staging', URL: 'https://chat.example.com/api' }, /say where stage staging is/],
  'a stage without TLS': [{ STAGE: 'dev', URL: 'http://chat.example.com' }, /say where stage dev is/],
  'no such stage': [{ STAGE: 'elsewhere', URL: 'https://chat.example.com' }, /there is no stage elsewhere/],
  'no scale': [{ SCALE: 'much' }, /SCALE=much is no number/],
  'nothing at all': [{ SCALE: '0' }, /SCALE=0 is no number/],
  'no such scenario': [{ SCENARIOS: 'day ../gateway/load' }, /there is no scenario \.\.\/gateway\/load/],
};

for (const [what, [env, words]] of Object.entries(refused)) {
  test(`refused: ${what}`, (t) => {
    const { status, said } = run(t, env);
    assert.equal(status, 1);
    assert.match(said, words);
  });
}
