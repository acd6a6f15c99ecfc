// What `make test` lacks is said before anything is built.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

/** Runs the tests' script from a checkout at that path, on a machine that has a shell and nothing else. */
function run(t, { below = 'checkout', parts = [] }) {
  const root = mkdtempSync(path.join(os.tmpdir(), 'missing-'));
  t.after(() => rmSync(root, { recursive: true }));
  const checkout = path.join(root, below);
  mkdirSync(path.join(root, 'bin'));
  cpSync(import.meta.dirname, path.join(checkout, 'scripts'), { recursive: true });
  for (const name of ['bash', 'dirname', 'mkdir', 'mktemp', 'rm']) {
    const found = process.env.PATH.split(':').map((folder) => path.join(folder, name)).find((file) => runs(file));
    assert.ok(found, `this machine has no ${name}`);
    symlinkSync(found, path.join(root, 'bin', name));
  }
  const { status, stderr } = spawnSync('bash', [path.join(checkout, 'scripts/test.sh'), ...parts], {
    env: { PATH: path.join(root, 'bin'), HOME: root, TMPDIR: root }, encoding: 'utf8',
  });
  return { status, said: stderr };
}

const runs = (file) => spawnSync('test', ['-x', file]).status === 0;

test('all that is missing is named at once, each with where to get it', (t) => {
  const { status, said } = run(t, {});
  assert.equal(status, 1);
  for (const name of ['go', 'cargo', 'node', 'npm', 'cc', 'python3']) assert.match(said, new RegExp(`^${name} is missing. Get it: \\S+`, 'm'));
});

test('a path that PostgreSQL cannot hold is refused', (t) => {
  const { status, said } = run(t, { below: 'with $dollar' });
  assert.equal(status, 1);
  assert.match(said, /the checkout's path .*with \$dollar has a character .* move it/);
});

test('a part that does not exist is named', (t) => {
  const { status, said } = run(t, { parts: ['e2f'] });
  assert.equal(status, 1);
  assert.match(said, /there are no tests named e2f/);
});
