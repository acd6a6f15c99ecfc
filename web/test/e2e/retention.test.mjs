// A master lets a room keep its messages for thirty days: everybody is told, and what is older goes from every page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, device, fits, launch, logIn, openRoom, shots } from './browser.mjs';
import { age, invoke, join, newName, Person, sql, upkeep } from './cloud.mjs';

let browser, mine, theirs, asleep, aki, mei, roomId;

const log = (view) => view.page.getByRole('log');

before(async () => {
  aki = await Person.register(newName('aki'));
  mei = await Person.register(newName('mei'));
  roomId = await aki.makeRoom('Kyoto');
  await join(roomId, mei.username);
  let last;
  for (let n = 1; n <= 12; n++) last = await (n % 2 ? aki : mei).write(roomId, `Old words ${n}`);
  await age(roomId, last.id, 40);
  const kept = await aki.write(roomId, 'Young words');
  await mei.write(roomId, 'Younger words', { reply_to: kept.id });
  browser = await launch();
  [mine, theirs] = await Promise.all([device(browser), device(browser)]);
  await logIn(mine.page, aki.username);
  await logIn(theirs.page, mei.username);
  asleep = await device(browser, { locale: 'ja-JP', viewport: { width: 390, height: 844 }, storageState: await theirs.context.storageState() });
  for (const { page } of [mine, theirs, asleep]) await openRoom(page, roomId);
}, { timeout: 600_000 });
after(async () => {
  for (const view of [mine, theirs, asleep]) assert.deepEqual(view?.errors, []);
  await browser?.close();
});

const settings = async (page) => {
  await page.getByRole('button', { name: 'Room settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Room settings' });
  await dialog.getByLabel('How long messages are kept').waitFor();
  return dialog;
};

test('the master announces it, and everybody reads so', async () => {
  const { page } = mine;
  await log(theirs).getByText('Old words 12', { exact: true }).waitFor();
  await log(asleep).getByText('Old words 12', { exact: true }).waitFor();
  const dialog = await settings(page);
  await dialog.getByLabel('How long messages are kept').selectOption('30');
  const sure = page.getByRole('dialog', { name: 'Keep messages for 30 days?' });
  await sure.getByText(/^Everybody here is told now/).waitFor();
  await page.screenshot({ path: `${shots}/retention-sure.png` });
  await accessible(page, 'the question whether messages may be removed');
  await sure.getByRole('button', { name: 'Announce it' }).click();
  await sure.waitFor({ state: 'detached' });
  await dialog.getByText(/^From .+ on, messages older than 30 days will be removed/).waitFor();
  await page.screenshot({ path: `${shots}/retention-announced.png` });
  await page.keyboard.press('Escape');
  await log(theirs).getByText(/announced: seven days from here, messages older than 30 days will be removed$/).waitFor();
  await log(asleep).getByText(/このお知らせの7日後から、30日より前のメッセージは削除されます$/).waitFor();
  // Nothing goes before it holds.
  assert.equal((await invoke('nightly')).retention, 0);
  await log(theirs).getByText('Old words 12', { exact: true }).waitFor();
});

test('what is old goes from pages that are open, and from those that were away', async () => {
  await sql(`UPDATE rooms SET retention_next_at = now() - interval '1 second' WHERE id = '${roomId}'`);
  await asleep.context.setOffline(true);
  assert.ok((await invoke('nightly')).retention >= 12);
  for (const view of [mine, theirs]) {
    await log(view).getByText('Old words 12', { exact: true }).waitFor({ state: 'detached' });
    await log(view).getByText(/^Messages before .+ were removed \(kept for 30 days\)$/).waitFor();
    await log(view).getByText('Young words', { exact: true }).first().waitFor();
    assert.equal(await log(view).getByText(/^Old words/).count(), 0);
    await view.page.getByText(/· kept for 30 days$/).waitFor();
  }
  await theirs.page.screenshot({ path: `${shots}/retention-removed.png` });
  await accessible(theirs.page, 'a room of which something was removed');
  await fits(theirs.page, 'a room of which something was removed');
  await log(asleep).getByText('Old words 12', { exact: true }).waitFor();
  await asleep.context.setOffline(false);
  await log(asleep).getByText('Old words 12', { exact: true }).waitFor({ state: 'detached' });
  await log(asleep).getByText(/より前のメッセージは削除されました（保存期間は30日）$/).waitFor();
  await asleep.page.screenshot({ path: `${shots}/retention-removed-ja.png` });
  await fits(asleep.page, 'a room of which something was removed, on a phone');
  await upkeep('prove');
});

test('a reload shows the same, and others only read for how long', async () => {
  const { page } = theirs;
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.reload();
  await log(theirs).getByText(/^Messages before/).waitFor();
  assert.equal(await log(theirs).getByText(/^Old words/).count(), 0);
  await page.screenshot({ path: `${shots}/retention-dark.png` });
  assert.equal(await page.getByRole('button', { name: 'Room settings' }).count(), 0);
});

test('longer holds at once', async () => {
  const { page } = mine;
  const dialog = await settings(page);
  await dialog.getByLabel('How long messages are kept').selectOption('0');
  const sure = page.getByRole('dialog', { name: 'Keep messages for ever?' });
  await sure.getByRole('button', { name: 'Keep them longer' }).click();
  await sure.waitFor({ state: 'detached' });
  await dialog.getByText('Nothing is removed by itself.').waitFor();
  await page.keyboard.press('Escape');
  await log(theirs).getByText(/set messages to be kept for ever$/).waitFor();
  await log(theirs).getByText(/^Messages before .+ were removed$/).waitFor();
});
