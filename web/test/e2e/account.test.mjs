// A person's own account: another name, the AI kept out, the end of the account, taken back by signing in, and its erasure after the grace.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, alive, device, fits, launch, logIn, makeRoom, openRoom, register, shots, until, visit, write } from './browser.mjs';
import { join, newName, password, Person, upkeep } from './cloud.mjs';

const names = { aki: newName('aki'), ben: newName('ben') };
let browser, aki, ben, roomId;
const GRACE_OVER = new Date(Date.now() + 8 * 24 * 3_600_000).toISOString();
const log = ({ page }) => page.getByRole('log');

before(async () => {
  browser = await launch();
  [aki, ben] = [await device(browser), await device(browser)];
  await register(aki.page, names.aki);
  await register(ben.page, names.ben);
  roomId = await makeRoom(aki.page, 'Harvest');
  await join(roomId, names.ben);
  await openRoom(ben.page, roomId);
  // Whoever seems to be alone asks the AI with all that they write.
  await ben.page.getByRole('banner').or(ben.page.locator('header')).getByText(/^2 people/).first().waitFor();
  await write(ben.page, 'rice is ripe');
  await log(aki).getByText('rice is ripe').waitFor();
});
after(async () => {
  for (const { errors } of [aki, ben]) assert.deepEqual(errors, []);
  await browser?.close();
});

const openAccount = ({ page }) => visit(page, '/account', 'main form button');

async function leave({ page }, { messages = false, with: typed = password } = {}) {
  await page.getByRole('button', { name: 'Delete account' }).click();
  if (messages) await page.getByLabel('Also erase what I said in rooms').check();
  await page.getByLabel('Your password', { exact: true }).fill(typed);
  await page.getByRole('button', { name: 'Delete my account' }).click();
}

/** Lets the night come after the grace: again until the rooms know that somebody left, which may take the sweeper. */
async function erase(gone) {
  const person = await Person.logIn(names.aki);
  do await upkeep('erase', GRACE_OVER);
  while (!(await person.read(roomId)).some(gone));
}

test('a new name is seen by others at once, also on what was said before', async () => {
  await ben.page.getByRole('button', { name: /language, light and log out/ }).click();
  await ben.page.getByRole('menuitem', { name: 'Account' }).click();
  await ben.page.waitForURL('**/account');
  const name = ben.page.getByLabel('Name', { exact: true });
  await name.fill('Ben\u200b');
  await ben.page.getByRole('button', { name: 'Save' }).click();
  await ben.page.getByText('without invisible ones').waitFor();
  await name.fill('Benjamin');
  await ben.page.getByRole('button', { name: 'Save' }).click();
  await ben.page.getByText('Saved').first().waitFor();
  await log(aki).getByText('Benjamin').first().waitFor();
  await ben.page.getByRole('button', { name: /^Benjamin:/ }).waitFor();
  await accessible(ben.page, 'the account');
  await ben.page.screenshot({ path: `${shots}/account-1440.png`, fullPage: true });
});

test('who keeps their words from the AI is told what follows', async () => {
  const tick = ben.page.getByLabel('The AI may read what I write');
  await tick.uncheck();
  await ben.page.getByText('No prompt holds your messages').waitFor();
  assert.equal(await tick.isChecked(), false);
  await tick.check();
  await ben.page.getByText('If you switch this off').waitFor();
});

test('a master hands their rooms over first', async () => {
  const page = await aki.context.newPage();
  await visit(page, '/account', 'main form button');
  await page.getByText('You are master of this room.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Delete account' }).count(), 0);
  await page.getByRole('main').getByRole('link', { name: 'Harvest' }).click();
  await page.waitForURL(`**/rooms/${roomId}`);
  await page.close();
});

test('an account ends everywhere at once, and signing in takes that back', async () => {
  const second = await device(browser);
  await logIn(second.page, names.ben);
  await openAccount(ben);
  await leave(ben, { with: 'wrong horse battery' });
  await ben.page.getByText('This password is wrong.').waitFor();
  await ben.page.screenshot({ path: `${shots}/account-leaving-1440.png`, fullPage: true });
  await ben.page.getByLabel('Your password', { exact: true }).fill(password);
  await ben.page.getByRole('button', { name: 'Delete my account' }).click();
  await ben.page.waitForURL('**/login?deleted=1');
  await ben.page.getByText('will be erased in 7 days').waitFor();
  await log(aki).getByText(/Benjamin left/).waitFor();
  await second.page.reload();
  await second.page.waitForURL('**/login**');
  await second.context.close();

  await alive(ben.page, 'form button[type=submit]');
  await ben.page.getByLabel('Username or e-mail').fill(names.ben);
  await ben.page.getByLabel('Password', { exact: true }).fill(password);
  await ben.page.getByRole('button', { name: 'Log in' }).click();
  await ben.page.waitForURL('**/account?restored=1');
  await ben.page.getByRole('status').filter({ hasText: 'no longer being deleted' }).waitFor();
  const back = await Person.logIn(names.ben);
  await assert.rejects(back.read(roomId), /404/);
});

test('after the grace only words are left, under no name', async () => {
  await alive(ben.page, 'main form button');
  await leave(ben);
  await ben.page.waitForURL('**/login?deleted=1');
  await erase(({ sender }) => sender?.display_name === '');
  await openRoom(aki.page, roomId);
  await log(aki).getByText('rice is ripe').waitFor();
  await log(aki).getByText('Deleted user', { exact: true }).first().waitFor();
  await log(aki).getByText('Deleted user left').first().waitFor();
  assert.equal(await aki.page.getByText('Benjamin').count(), 0);
  await aki.page.screenshot({ path: `${shots}/account-erased-1440.png` });
  await assert.rejects(Person.logIn(names.ben), /401/);
  await assert.rejects(Person.register(names.ben), /409/);
});

test('who wishes so takes their words along, before the eyes of those who read them', async () => {
  const chie = await device(browser, { viewport: { width: 390, height: 844 } });
  const name = newName('chie');
  await register(chie.page, name);
  await join(roomId, name);
  const person = await Person.logIn(name);
  await person.write(roomId, 'the well is dry');
  await log(aki).getByText('the well is dry').waitFor();
  await openAccount(chie);
  await fits(chie.page, 'the account on a phone');
  await chie.page.screenshot({ path: `${shots}/account-390.png`, fullPage: true });
  await chie.context.addCookies([{ name: 'yoriai_locale', value: 'ja', url: chie.page.url() }]);
  await chie.page.emulateMedia({ colorScheme: 'dark' });
  await chie.page.reload();
  await fits(chie.page, 'the account on a phone, in Japanese');
  await chie.page.screenshot({ path: `${shots}/account-390-ja-dark.png`, fullPage: true });
  await chie.context.clearCookies({ name: 'yoriai_locale' });
  await openAccount(chie);
  await leave(chie, { messages: true });
  await chie.page.waitForURL('**/login?deleted=1');
  await erase(({ deleted_at }) => deleted_at !== null);
  await until(aki.page, () => !document.body.textContent.includes('the well is dry'));
  assert.deepEqual(chie.errors, []);
  await chie.context.close();
});
