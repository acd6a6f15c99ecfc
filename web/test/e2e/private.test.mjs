// Asking the AI in private beside somebody who sees nothing of it, and showing it to them afterwards.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, device, fits, launch, logIn, openRoom, settled, shots, write } from './browser.mjs';
import { join, newName, noFaults, Person } from './cloud.mjs';

let browser, aki, mei, one, two, roomId;

before(async () => {
  browser = await launch();
  aki = await Person.register(newName('aki'));
  mei = await Person.register(newName('mei'));
  roomId = await aki.makeRoom('Kyoto');
  await join(roomId, mei.username);
  await aki.write(roomId, 'Shall we go to Kyoto?');
  one = await device(browser);
  two = await device(browser, { locale: 'ja-JP' });
  await logIn(one.page, mei.username);
  await two.page.goto('/login');
  await two.page.getByLabel('ユーザー名またはメールアドレス').fill(aki.username);
  await two.page.getByLabel('パスワード', { exact: true }).fill('correct horse battery');
  await two.page.getByRole('button', { name: 'ログイン' }).click();
  await two.page.waitForURL('**/rooms');
  await openRoom(one.page, roomId);
  await openRoom(two.page, roomId);
});
after(async () => {
  await noFaults();
  assert.deepEqual([...(one?.errors ?? []), ...(two?.errors ?? [])], []);
  await browser?.close();
});

const log = (view) => view.getByRole('log');
const box = (view) => view.getByRole('textbox', { name: /^(Message|メッセージ)$/ });
const rows = (view, text) => log(view).locator('article[data-row]').filter({ hasText: text });
const secret = 'Is the surprise for Aki a good idea?';

/** Everything that somebody's page shows and says, and what it was sent. */
async function shown(view) {
  return { title: await view.title(), html: await view.locator('body').innerHTML() };
}

test('the switch says what it means, and stays with the draft', async () => {
  const { page } = one;
  await page.getByRole('button', { name: 'Private', exact: true }).click();
  await page.getByText(`${aki.username} pays, and can notice that somebody asks privately.`).waitFor();
  await box(page).fill(secret);
  await page.screenshot({ path: `${shots}/private-composer.png` });
  await accessible(page, 'the composer in private');
  // What is typed reaches the device a moment later; leaving the page writes it at once.
  await page.reload();
  await page.getByRole('button', { name: 'Private', exact: true, pressed: true }).waitFor();
  assert.equal(await box(page).inputValue(), secret);
});

test('one asks in private, and nobody else sees, hears or counts anything', async () => {
  const { page } = one;
  const watched = [];
  two.page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => watched.push(String(payload))));
  await two.page.reload();
  await log(two.page).getByText('Shall we go to Kyoto?').waitFor();
  const quiet = await shown(two.page);
  await box(page).press('End');
  await page.keyboard.type(' [slow:40]');
  await box(page).press('Enter');
  const answer = log(page).locator('article[data-status]').filter({ hasText: 'only you see this' });
  await answer.nth(1).waitFor();
  assert.equal(await two.page.getByText(/入力中/).count(), 0, 'typing is not told');
  // A second device of the asker finds it, also in the middle of the answer.
  const other = await device(browser, { storageState: await one.context.storageState() });
  await openRoom(other.page, roomId);
  await rows(other.page, secret).first().waitFor();
  await other.context.close();
  await settled(page, 'completed');
  await page.screenshot({ path: `${shots}/private-answer.png` });
  const now = await shown(two.page);
  assert.equal(now.title, quiet.title);
  assert.ok(!now.html.includes('surprise'), 'it stands nowhere in the page');
  assert.equal(await log(two.page).locator('article[data-row]').count(), 2, 'what was said and who joined');
  const told = watched.filter((frame) => !frame.includes('"pong"'));
  assert.deepEqual(told, [], 'no frame but answers to heartbeats');
  const { items } = await readAll(aki);
  assert.ok(items.every(({ visibility }) => visibility === 'public'));
  await two.page.screenshot({ path: `${shots}/private-others.png` });
});

const readAll = async (person) => ({ items: await person.read(roomId) });

test('the pair is told apart, and cannot lead out by an answer in public', async () => {
  const { page } = one;
  const question = rows(page, secret).first();
  await question.hover();
  assert.equal(await question.getByRole('button', { name: 'React' }).count(), 0);
  await question.getByRole('button', { name: 'Reply', exact: true }).click();
  const toggle = page.getByRole('button', { name: 'Private', exact: true });
  await toggle.and(page.locator('[aria-pressed=true]')).waitFor();
  await toggle.click();
  await page.getByRole('group', { name: /^Reply to/ }).waitFor({ state: 'detached' });
  await write(page, 'I would like to.');
  await log(two.page).getByText('I would like to.').waitFor();
});

test('shared after a look, once, as anything that is said', async () => {
  const { page } = one;
  await log(page).getByRole('button', { name: 'Share with the room' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share with the room' });
  await dialog.getByText(secret).waitFor();
  await page.screenshot({ path: `${shots}/private-share.png` });
  await accessible(page, 'what will be shared');
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await rows(two.page, secret).first().waitFor();
  await log(page).getByRole('button', { name: 'Shared', exact: true }).waitFor();
  assert.equal(await rows(page, secret).count() >= 2, true, 'the private pair stays where it was asked');
  const items = await aki.read(roomId);
  const question = items.find(({ content }) => content.includes('surprise'));
  const answer = items.find(({ answers }) => answers === question.id);
  assert.equal(answer.ai.model, 'scripted');
  assert.equal(answer.ai.charged_tokens, 0);
  await two.page.screenshot({ path: `${shots}/private-shared.png` });
});

test('on a phone, dark, in Japanese', async () => {
  const phone = await device(browser, { locale: 'ja-JP', viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, colorScheme: 'dark', storageState: await one.context.storageState() });
  await openRoom(phone.page, roomId);
  await phone.page.getByRole('button', { name: 'プライベート', exact: true }).tap();
  await phone.page.getByText(/気づくことがあります/).waitFor();
  await fits(phone.page);
  await phone.page.screenshot({ path: `${shots}/private-phone.png` });
  await accessible(phone.page, 'a private pair on a phone');
  assert.deepEqual(phone.errors, []);
  await phone.context.close();
});
