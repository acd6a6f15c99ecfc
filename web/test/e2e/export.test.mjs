// A room of some hundred messages is taken along in both formats: watched, downloaded, opened, verified; then an account.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { accessible, device, fits, launch, logIn, openRoom, openStart, shots } from './browser.mjs';
import { join, newName, Person } from './cloud.mjs';

const COUNT = 300;
const root = path.resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);
let browser, view, page, folder, aki, ben, roomId;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'exports-'));
  aki = await Person.register(newName('aki'));
  ben = await Person.register(newName('ben'));
  roomId = await aki.makeRoom('Kyoto');
  await join(roomId, ben.username);
  for (let next = 1; next <= COUNT; next += 10) await Promise.all(Array.from({ length: 10 }, (_, i) => ben.write(roomId, `Entry ${next + i}`)));
  const gone = await ben.write(roomId, 'Nobody shall read this');
  await ben.remove(roomId, gone.id);
  await ben.write(roomId, '# Not a heading\n```\nnever closed');
  browser = await launch();
  view = await device(browser);
  page = view.page;
  await logIn(page, aki.username);
}, { timeout: 600_000 });
after(async () => {
  assert.deepEqual(view.errors, []);
  await browser?.close();
});

/** Waits for the file in the dialog, saves it as the browser does, and lets the program verify it. */
async function fetched(dialog, name) {
  const button = dialog.getByRole('button', { name: 'Download' });
  await button.waitFor({ timeout: 60_000 });
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  assert.match(download.suggestedFilename(), /^yoriai-export-[\d-]+\.zip$/);
  const file = path.join(folder, `${name}.zip`);
  await download.saveAs(file);
  const { stdout } = await run('go', ['run', './shared/cmd/exportcheck', file], { cwd: root });
  const { stdout: names } = await run('python3', ['-m', 'zipfile', '-l', file]);
  await run('python3', ['-m', 'zipfile', '-e', file, path.join(folder, name)]);
  return { said: stdout, names, link: download.url(), read: (part) => readFileSync(path.join(folder, name, part), 'utf8') };
}

test('a room is exported for people, and found again', async () => {
  await openRoom(page, roomId);
  await page.getByRole('button', { name: 'Export room' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export room' });
  await dialog.getByRole('radio', { name: 'Markdown' }).waitFor();
  await page.screenshot({ path: `${shots}/export-dialog.png` });
  await accessible(page, 'the dialog of an export');
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await dialog.getByRole('button', { name: 'Download' }).waitFor({ timeout: 60_000 });
  await page.screenshot({ path: `${shots}/export-ready.png` });
  await accessible(page, 'an export that is ready');
  await page.reload();
  await page.getByRole('button', { name: 'Export room' }).click();
  const file = await fetched(dialog, 'markdown');
  assert.match(file.said, new RegExp(`^right: room, ${COUNT + 3} messages as markdown`));
  const text = file.read('messages-00001.md');
  for (const part of ['# Kyoto\n', '\n> Entry 1\n', `\n> Entry ${COUNT}\n`, '\n> # Not a heading\n> ```\n> never closed\n']) assert.ok(text.includes(part), part);
  assert.ok(!text.includes('Nobody shall read this'));
});

test('the same for programs, by its own link alone', async () => {
  const dialog = page.getByRole('dialog', { name: 'Export room' });
  await dialog.getByRole('button', { name: 'Export again' }).click();
  await dialog.getByRole('radio', { name: 'JSON lines' }).check();
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  const file = await fetched(dialog, 'json');
  assert.match(file.said, new RegExp(`^right: room, ${COUNT + 3} messages as json`));
  const lines = file.read('messages-00001.jsonl').trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.sequence), lines.map((_, i) => i + 1));
  assert.equal(lines.filter((line) => line.deleted_at !== null && line.content === '').length, 1);
  await page.screenshot({ path: `${shots}/export-json.png` });
  const jobId = /\/([0-9a-f-]{36})\/export\.zip/.exec(file.link)[1];
  // Another member finds neither the job nor a button that would show it.
  const other = await device(browser);
  await logIn(other.page, ben.username);
  assert.equal(await other.page.evaluate(async (id) => (await fetch(`/api/jobs/${id}`)).status, jobId), 404);
  assert.deepEqual(other.errors.filter((error) => !error.includes('404')), []);
  await other.page.context().close();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
});

test('an account is exported from one’s own menu', async () => {
  await openStart(page);
  await page.getByRole('button', { name: /language, light and log out/ }).click();
  await page.getByRole('menuitem', { name: 'Export my data' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export my data' });
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  const file = await fetched(dialog, 'account');
  assert.match(file.said, /^right: account/);
  const account = JSON.parse(file.read('account.json'));
  assert.deepEqual([account.profile.username, account.rooms.map((room) => [room.name, room.role])], [aki.username, [['Kyoto', 'master']]]);
  await fits(page, 'an export');
});
