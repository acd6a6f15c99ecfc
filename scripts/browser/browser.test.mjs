import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { installed } from './browser.mjs';

/** A folder with programs: what each does when it is asked for its version. */
function machine(t, programs) {
  const root = mkdtempSync(path.join(os.tmpdir(), 'browser 寄合 $-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [name, does] of Object.entries(programs)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${does}\n`);
    chmodSync(file, 0o755);
  }
  return (name) => path.join(root, name);
}

test('a browser is found on the PATH, by any of its names', (t) => {
  const at = machine(t, { 'empty/other': 'exit 0', 'bin/microsoft-edge': 'echo Edge 1' });
  assert.equal(installed({ env: { PATH: `${at('empty')}:${at('bin')}` }, home: at('home'), places: [] }), at('bin/microsoft-edge'));
});

test('a stub that only says how to install one is passed over', (t) => {
  const at = machine(t, { 'bin/chromium-browser': 'echo "snap install chromium"; exit 1', 'opt/chrome': 'echo Chrome 1' });
  assert.equal(installed({ env: { PATH: at('bin') }, home: at('home'), places: [at('opt/chrome')] }), at('opt/chrome'));
});

test("Playwright's newest download is found in a person's cache", (t) => {
  const cache = 'home/.cache/ms-playwright';
  const at = machine(t, { [`${cache}/chromium-99/chrome-linux/chrome`]: 'exit 0', [`${cache}/chromium-1200/chrome-linux64/chrome`]: 'exit 0' });
  assert.equal(installed({ env: {}, home: at('home'), places: [] }), at(`${cache}/chromium-1200/chrome-linux64/chrome`));
});

test('a browser that is named comes first, and one that is not there is an error', (t) => {
  const at = machine(t, { 'bin/chromium': 'exit 0', mine: 'exit 0' });
  assert.equal(installed({ env: { PATH: at('bin'), CHROME_PATH: at('mine') }, home: at('home'), places: [] }), at('mine'));
  assert.throws(() => installed({ env: { PATH: at('bin'), CHROMIUM: at('nothing') }, home: at('home'), places: [] }), /nothing, which does not exist/);
});

test('a machine without one has none', (t) => {
  const at = machine(t, { 'bin/firefox': 'exit 0' });
  assert.equal(installed({ env: { PATH: at('bin') }, home: at('home'), places: [at('opt/chrome')] }), undefined);
});
