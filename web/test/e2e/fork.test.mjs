// A room of 2,000 messages is forked while somebody writes in it: watched, opened, used; then from one of its messages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, device, fits, launch, logIn, openRoom, shots, until } from './browser.mjs';
import { join, newName, Person, upkeep } from './cloud.mjs';

const COUNT = Number(process.env.YORIAI_COUNT ?? 2000);
let browser, view, page, aki, ben, roomId;

before(async () => {
  aki = await Person.register(newName('aki'));
  ben = await Person.register(newName('ben'));
  roomId = await aki.makeRoom('Kyoto');
  await join(roomId, ben.username);
  let next = 1;
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (next <= COUNT) await ben.write(roomId, `Entry ${next++}`);
  }));
  browser = await launch();
  view = await device(browser);
  page = view.page;
  await logIn(page, aki.username);
}, { timeout: 600_000 });
after(async () => {
  assert.deepEqual(view.errors, []);
  await browser?.close();
});

const progress = () => page.getByRole('region', { name: 'Copying' });

test('a fork is watched, opens by itself, and says where it comes from', async () => {
  await openRoom(page, roomId);
  await page.getByRole('button', { name: 'Fork room' }).click();
  const dialog = page.getByRole('dialog', { name: 'Fork room' });
  await dialog.waitFor();
  await page.screenshot({ path: `${shots}/fork-dialog.png` });
  await accessible(page, 'the dialog of a fork');
  let writing = true;
  const writer = (async () => {
    let said = 0;
    for (; writing; said++) await ben.write(roomId, `Meanwhile ${said}`);
    return said;
  })();
  await dialog.getByRole('button', { name: 'Fork', exact: true }).click();
  await until(page, (from) => /\/rooms\/[0-9a-f-]{36}$/.test(location.pathname) && !location.pathname.endsWith(from), roomId);
  await progress().waitFor({ timeout: 2000 }).catch(() => undefined); // it may be over already
  await page.screenshot({ path: `${shots}/fork-progress.png` });
  await page.getByText('Forked from Kyoto').waitFor();
  await progress().waitFor({ state: 'detached' });
  writing = false;
  assert.ok((await writer) > 0);
  await page.getByRole('log').getByText(/^You forked this room from another/).waitFor();
  await page.getByRole('heading', { level: 1, name: 'Kyoto (fork)' }).waitFor();
  await page.screenshot({ path: `${shots}/fork-done.png` });
  await accessible(page, 'a fork');
  await page.getByLabel('Message', { exact: true }).fill('We go on here');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText('We go on here').waitFor();
  const copy = page.url().split('/').at(-1);
  const [newest] = await aki.read(copy);
  assert.ok(newest.sequence > COUNT, `${newest.sequence} messages`);
  await upkeep('prove');
});

test('a fork from a message holds nothing behind it', async () => {
  await openRoom(page, roomId);
  const row = page.getByRole('log').locator('article', { hasText: 'Meanwhile' }).last();
  const text = (await row.innerText()).match(/Meanwhile \d+/)[0];
  await row.hover();
  await row.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Fork from here' }).click();
  await page.getByRole('dialog', { name: 'Fork from here' }).getByRole('button', { name: 'Fork', exact: true }).click();
  await until(page, (from) => /\/rooms\/[0-9a-f-]{36}$/.test(location.pathname) && !location.pathname.endsWith(from), roomId);
  await page.getByText('Forked from Kyoto').waitFor();
  const [note, last] = await aki.read(page.url().split('/').at(-1));
  assert.deepEqual([note.system.code, last.content], ['forked_from', text]);
  await fits(page, 'a fork');
});
