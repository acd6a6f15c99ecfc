// Three people meet in a room: invited by name and by link, given other roles, blocked, removed, made master. One of them is on a phone, in Japanese.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { accessible, device, fits, launch, makeRoom, openRoom, register, shots, until, write } from './browser.mjs';
import { base, newName, password, Person, upkeep } from './cloud.mjs';

const ja = JSON.parse(readFileSync(new URL('../../messages/ja.json', import.meta.url), 'utf8'));
const names = { aki: newName('aki'), ben: newName('ben'), chie: newName('chie') };
let browser, aki, ben, chie, roomId, link;

before(async () => {
  browser = await launch();
  [aki, ben] = [await device(browser), await device(browser)];
  chie = await device(browser, { viewport: { width: 390, height: 844 }, locale: 'ja-JP', hasTouch: true, isMobile: true });
  await register(aki.page, names.aki);
  await register(ben.page, names.ben);
  roomId = await makeRoom(aki.page, 'Harvest');
});
after(async () => {
  for (const { errors } of [aki, ben, chie]) assert.deepEqual(errors, []);
  await browser?.close();
});

const shot = (view, name) => view.page.screenshot({ path: `${shots}/people-${name}.png` });
const panel = (view) => view.page.locator('aside');
const row = (view, who) => panel(view).locator(`li[data-user="${names[who]}"]`);
const dialog = (view, name) => view.page.getByRole('dialog', { name });

async function openPanel(view, label = 'People') {
  if (!(await panel(view).isVisible())) await view.page.getByRole('button', { name: label, exact: true }).click();
  await panel(view).waitFor();
}

/** Opens somebody's menu and answers what stands in it. */
async function menuOf(view, who) {
  await openPanel(view);
  await row(view, who).getByRole('button', { name: /role and more/ }).click();
  const menu = view.page.getByRole('menu');
  await menu.waitFor();
  return menu;
}

const roleIs = (view, who, role) => until(view.page, ([user, wanted]) => document.querySelector(`aside li[data-user="${user}"] [data-role]`)?.dataset.role === wanted, [names[who], role]);

async function invite(view) {
  await openPanel(view);
  await panel(view).getByRole('button', { name: 'Invite', exact: true }).click();
  const opened = view.page.getByRole('dialog', { name: /^Invite to/ });
  await opened.getByRole('radio', { name: 'By name' }).waitFor({ state: 'attached' });
  return opened;
}

test('somebody invited by name sees it at once and after a reload, and joins', async () => {
  const inviting = await invite(aki);
  const search = inviting.getByLabel('Find by username');
  await search.fill(names.ben[0]);
  assert.equal(await inviting.getByRole('button', { name: `Invite ${names.ben}` }).count(), 0);
  await search.fill(names.ben.slice(0, 6));
  await inviting.getByRole('button', { name: `Invite ${names.ben}` }).click();
  await inviting.getByText('invited', { exact: true }).waitFor();
  await inviting.getByRole('button', { name: `Take back: ${names.ben}` }).waitFor();
  await shot(aki, 'invite-by-name');
  await accessible(aki.page, 'the invitations');

  const bell = (name) => ben.page.getByRole('button', { name });
  await bell('Invitations: 1 waiting').waitFor();
  await ben.page.reload();
  await bell('Invitations: 1 waiting').click();
  await dialog(ben, 'Invitations').getByText('Harvest').waitFor();
  await shot(ben, 'inbox');
  await accessible(ben.page, 'the inbox');
  await dialog(ben, 'Invitations').getByRole('button', { name: 'Join' }).click();
  await ben.page.getByRole('heading', { level: 1, name: 'Harvest' }).waitFor();
  await bell('Invitations').waitFor();
  await inviting.getByRole('button', { name: 'Close' }).click();
  await roleIs(aki, 'ben', 'member');
});

test('an invitation that is taken back is gone where it waited', async () => {
  const dan = await Person.register(newName('dan'));
  const inviting = await invite(aki);
  await inviting.getByLabel('Find by username').fill(dan.username);
  await inviting.getByRole('button', { name: `Invite ${dan.username}` }).click();
  await inviting.getByRole('button', { name: `Take back: ${dan.username}` }).click();
  await inviting.getByRole('button', { name: `Take back: ${dan.username}` }).waitFor({ state: 'detached' });
  await inviting.getByRole('button', { name: 'Close' }).click();
});

test('a link leads somebody in who must register first, on a phone and in Japanese', async () => {
  const inviting = await invite(aki);
  await inviting.getByText('By link', { exact: true }).click();
  await inviting.getByLabel('Role').selectOption('guest');
  await inviting.getByLabel('Lets in').selectOption('1');
  await inviting.getByRole('button', { name: 'Make a link' }).click();
  link = await inviting.getByLabel('Invitation link').inputValue();
  assert.ok(link.startsWith(`${base}/join#`), link);
  await shot(aki, 'invite-by-link');
  await inviting.getByRole('button', { name: 'Close' }).click();

  const { page } = chie;
  await page.goto(link);
  await page.getByRole('heading', { name: ja.join.strangerTitle }).waitFor();
  assert.equal(new URL(page.url()).hash, '');
  await shot(chie, 'link-stranger');
  await fits(page, 'the link page');
  await page.getByRole('link', { name: ja.join.register }).click();
  await page.getByLabel(ja.auth.username).fill(names.chie);
  await page.getByLabel(ja.auth.email).fill(`${names.chie}@example.com`);
  await page.getByLabel(ja.auth.password, { exact: true }).fill(password);
  await page.getByRole('button', { name: ja.auth.register }).click();
  await page.getByRole('heading', { name: 'Harvest' }).waitFor();
  await shot(chie, 'link-found');
  await accessible(page, 'the link page');
  await page.getByRole('button', { name: ja.join.join }).click();
  await page.getByRole('heading', { level: 1, name: 'Harvest' }).waitFor();
  await roleIs(aki, 'chie', 'guest');
});

test('the link says who is in already, that it is full, and that it is not right', async () => {
  await ben.page.goto(link);
  await ben.page.getByText('You are in this room already.').waitFor();
  await ben.page.getByRole('button', { name: 'Open the room' }).click();
  await ben.page.getByRole('heading', { level: 1, name: 'Harvest' }).waitFor();

  const eve = await device(browser);
  await register(eve.page, newName('eve'));
  await eve.page.goto(link);
  await eve.page.getByText('As many people have joined as it lets in.').waitFor();
  // The fragment alone changes: the page hears of it.
  await eve.page.goto(`${link.slice(0, -2)}xx`);
  await eve.page.getByText('The link is not right').waitFor();
  await shot(eve, 'link-tampered');
  await eve.context.close();
});

test('a link that was taken back says so', async () => {
  const inviting = await invite(aki);
  await inviting.getByText('By link', { exact: true }).click();
  await inviting.getByRole('button', { name: 'Make a link' }).click();
  const revoked = await inviting.getByLabel('Invitation link').inputValue();
  await inviting.getByText('10 places left').waitFor();
  await inviting.getByRole('button', { name: 'Take back: Link' }).click();
  await inviting.getByText('10 places left').waitFor({ state: 'detached' });
  await inviting.getByRole('button', { name: 'Close' }).click();
  const eve = await device(browser);
  await register(eve.page, newName('eve'));
  await eve.page.goto(revoked);
  await eve.page.getByText('The invitation was taken back.').waitFor();
  await eve.context.close();
});

test('a role acts at once, and menus show only what a role may do', async () => {
  const box = chie.page.getByRole('textbox', { name: ja.chat.message });
  await box.waitFor();
  await (await menuOf(aki, 'chie')).getByRole('menuitemradio', { name: 'reader' }).click();
  await chie.page.getByText(ja.chat.readOnly).waitFor();
  await (await menuOf(aki, 'chie')).getByRole('menuitemradio', { name: 'member' }).click();
  await box.waitFor();

  await openPanel(ben);
  assert.deepEqual(await (await menuOf(ben, 'chie')).getByRole('menuitem').allInnerTexts(), ['Block']);
  await ben.page.keyboard.press('Escape');
  assert.equal(await panel(ben).getByRole('button', { name: 'Invite', exact: true }).count(), 0);
  await (await menuOf(aki, 'ben')).getByRole('menuitemradio', { name: 'admin' }).click();
  await panel(ben).getByRole('button', { name: 'Invite', exact: true }).waitFor();
  const menu = await menuOf(ben, 'chie');
  assert.deepEqual(await menu.getByRole('menuitemradio').allInnerTexts(), ['reader', 'guest', 'member']);
  await shot(ben, 'menu');
  await accessible(ben.page, 'a member’s menu', ['region']);
  await ben.page.keyboard.press('Escape');
  assert.deepEqual(await (await menuOf(ben, 'aki')).getByRole('menuitem').allInnerTexts(), ['Block']);
  await ben.page.keyboard.press('Escape');
});

test('the master sets a monthly limit; what is no number changes nothing', async () => {
  await (await menuOf(aki, 'chie')).getByRole('menuitem', { name: 'Monthly limit…' }).click();
  const form = dialog(aki, `${names.chie}’s monthly limit`);
  await form.getByLabel('Tokens a month').fill('many');
  await form.getByText('Use a whole number of tokens.').waitFor();
  await form.getByLabel('Tokens a month').fill('12,000');
  await form.getByRole('button', { name: 'Save' }).click();
  await row(aki, 'chie').getByText('limit 12,000 a month').waitFor();
  await shot(aki, 'panel');
  await accessible(aki.page, 'the people panel');
});

test('an archived room lets nobody be changed, a frozen one nobody write', async () => {
  const settings = async (button) => {
    await aki.page.getByRole('button', { name: 'Room settings' }).click();
    await dialog(aki, 'Room settings').getByRole('button', { name: button }).click();
    await dialog(aki, 'Room settings').waitFor({ state: 'detached' });
  };
  const mayDo = async (who) => {
    const items = await (await menuOf(aki, who)).getByRole('menuitem').allInnerTexts();
    await aki.page.keyboard.press('Escape');
    return items;
  };
  assert.deepEqual(await mayDo('chie'), ['Monthly limit…', 'Offer the room…', 'Block', 'Remove from the room…']);
  await settings('Archive');
  await panel(aki).getByText(/This room is archived/).waitFor();
  assert.deepEqual(await mayDo('chie'), ['Offer the room…', 'Block', 'Remove from the room…']);
  await panel(aki).getByRole('button', { name: 'Invite', exact: true }).click();
  await aki.page.getByText('Nobody can be invited to an archived room.').waitFor();
  await shot(aki, 'archived');
  await aki.page.keyboard.press('Escape');
  await settings('Bring back');

  await upkeep('freeze', roomId);
  await panel(aki).getByText(/frozen by moderation/).waitFor();
  await chie.page.getByText(ja.members.frozen).waitFor();
  assert.deepEqual(await mayDo('chie'), ['Block', 'Remove from the room…']);
  await shot(chie, 'frozen');
  await upkeep('unfreeze', roomId);
  await chie.page.getByRole('textbox', { name: ja.chat.message }).waitFor();
});

test('on a phone the people are a page of their own, which Back closes', async () => {
  const { page } = chie;
  await page.getByRole('button', { name: ja.chat.peoplePanel, exact: true }).click();
  await roleIs(chie, 'aki', 'master');
  await row(chie, 'ben').getByRole('img', { name: ja.members.online }).waitFor();
  await shot(chie, 'panel-phone');
  await fits(page, 'the people');
  await accessible(page, 'the people on a phone');
  await page.goBack();
  await panel(chie).waitFor({ state: 'detached' });
  await page.getByRole('textbox', { name: ja.chat.message }).waitFor();
});

test('whoever is blocked is folded, can be looked at, and is heard again', async () => {
  await chie.page.getByRole('textbox', { name: ja.chat.message }).fill('persimmons are ripe');
  await chie.page.getByRole('button', { name: ja.chat.send }).click();
  const log = ben.page.getByRole('log');
  await log.getByText('persimmons are ripe').waitFor();
  await (await menuOf(ben, 'chie')).getByRole('menuitem', { name: 'Block' }).click();
  await log.getByText('persimmons are ripe').waitFor({ state: 'detached' });
  await log.getByRole('article', { name: 'A message from somebody you blocked.' }).getByRole('button', { name: 'Show' }).click();
  await log.getByText('persimmons are ripe').waitFor();
  await ben.page.reload();
  await log.getByText('A message from somebody you blocked.').waitFor();
  await shot(ben, 'folded');
  await (await menuOf(ben, 'chie')).getByRole('menuitem', { name: 'Unblock' }).click();
  await log.getByText('persimmons are ripe').waitFor();
});

test('a reported message is seen by the admins as it was, and resolved', async () => {
  const message = ben.page.getByRole('article').filter({ hasText: 'persimmons are ripe' });
  await message.hover();
  await message.getByRole('button', { name: 'More' }).click();
  await ben.page.getByRole('menuitem', { name: 'Report…' }).click();
  const report = dialog(ben, 'Report message');
  await report.getByLabel('Spam').check();
  await report.getByLabel('Note (optional)').fill('sells fruit');
  await shot(ben, 'report');
  await report.getByRole('button', { name: 'Report', exact: true }).click();
  await ben.page.getByText('Reported to the admins.').waitFor();

  await openPanel(aki);
  await panel(aki).getByRole('button', { name: 'Reports' }).click();
  const reports = dialog(aki, 'Reports');
  await reports.getByText('sells fruit').waitFor();
  await reports.getByText('persimmons are ripe').waitFor();
  await shot(aki, 'reports');
  await accessible(aki.page, 'the reports');
  await reports.getByRole('button', { name: 'Dismiss' }).click();
  await reports.getByText('dismissed').waitFor();
  await reports.getByRole('button', { name: 'Close' }).click();
});

test('the master cannot leave, offers the room, takes it back, and offers it again to who then pays', async () => {
  await openPanel(aki);
  await panel(aki).getByRole('button', { name: 'Leave the room' }).click();
  const leaving = dialog(aki, 'The master must transfer first');
  await leaving.getByRole('button', { name: `Offer to ${names.ben}` }).click();
  const mine = aki.page.getByRole('region', { name: 'Transfer of the room' });
  const theirs = ben.page.getByRole('region', { name: 'Transfer of the room' });
  await mine.getByText(`You have offered this room to ${names.ben}.`).waitFor();
  await theirs.getByText(/3 people may ask the AI/).waitFor();
  await shot(ben, 'transfer');
  await accessible(ben.page, 'the offer of a room');
  await mine.getByRole('button', { name: 'Take it back' }).click();
  await theirs.waitFor({ state: 'detached' });

  await (await menuOf(aki, 'ben')).getByRole('menuitem', { name: 'Offer the room…' }).click();
  await dialog(aki, `Offer the room to ${names.ben}?`).getByRole('button', { name: 'Offer' }).click();
  await theirs.getByRole('button', { name: 'Accept and pay' }).click();
  await roleIs(ben, 'ben', 'master');
  await roleIs(aki, 'aki', 'admin');
  await mine.waitFor({ state: 'detached' });
});

test('who is removed loses the room at once, with what was kept of it, and is told', async () => {
  await chie.page.getByRole('textbox', { name: ja.chat.message }).fill('half a thought');
  await until(chie.page, (id) => Object.keys(localStorage).some((key) => key.startsWith('yoriai.draft.') && key.endsWith(id)), roomId);
  await (await menuOf(aki, 'chie')).getByRole('menuitem', { name: 'Remove from the room…' }).click();
  await dialog(aki, `Remove ${names.chie}?`).getByRole('button', { name: 'Remove' }).click();
  await chie.page.getByText(ja.members.leftRoom.replace('{name}', 'Harvest')).waitFor();
  await shot(chie, 'removed');
  await until(chie.page, (id) => !Object.keys(localStorage).some((key) => key.endsWith(id)), roomId);
  await row(aki, 'chie').waitFor({ state: 'detached' });
  await chie.page.goto('/rooms');
  assert.equal(await chie.page.getByRole('link', { name: 'Harvest' }).count(), 0);
});

test('a group is its owner’s alone, and is invited at once with an outcome for each', async () => {
  const { page } = ben;
  await page.getByRole('link', { name: 'Groups' }).click();
  await page.getByText(/Only you see your groups/).waitFor();
  await page.getByRole('button', { name: 'New group' }).click();
  await dialog(ben, 'New group').getByLabel('Name of the group').fill('Pickers');
  await dialog(ben, 'New group').getByRole('button', { name: 'Create' }).click();
  await page.getByRole('button', { name: /^Pickers \d/ }).click();
  await page.getByRole('button', { name: 'Add people' }).click();
  for (const who of ['aki', 'chie']) {
    await dialog(ben, 'Add to “Pickers”').getByLabel('Find by username').fill(names[who]);
    await dialog(ben, 'Add to “Pickers”').getByRole('button', { name: `Add ${names[who]}` }).click();
    await dialog(ben, 'Add to “Pickers”').getByText('in it').waitFor();
  }
  await dialog(ben, 'Add to “Pickers”').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Pickers: rename or delete' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await dialog(ben, 'Rename').getByLabel('Name of the group').fill('Fruit pickers');
  await dialog(ben, 'Rename').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: /^Fruit pickers 2 people/ }).waitFor();
  await shot(ben, 'groups');
  await accessible(page, 'the groups');

  await openRoom(page, roomId);
  const inviting = await invite(ben);
  await inviting.getByText('By group', { exact: true }).click();
  await inviting.getByRole('button', { name: 'Invite the group' }).click();
  const outcome = (who) => inviting.getByRole('list', { name: 'What became of each' }).locator(`li[data-user="${names[who]}"]`);
  await outcome('aki').getByText('already here').waitFor();
  await outcome('chie').getByText('invited', { exact: true }).waitFor();
  await shot(ben, 'invite-by-group');
  await inviting.getByRole('button', { name: 'Close' }).click();

  await chie.page.getByRole('button', { name: ja.notifications.open.replace('{count}', '1') }).click();
  await dialog(chie, ja.notifications.title).getByRole('button', { name: ja.notifications.decline }).waitFor();
  await dialog(chie, ja.notifications.title).evaluate((sheet) => Promise.all(sheet.getAnimations({ subtree: true }).map((animation) => animation.finished)));
  await shot(chie, 'inbox-phone');
  await fits(chie.page, 'the inbox');
  await dialog(chie, ja.notifications.title).getByRole('button', { name: ja.notifications.decline }).click();
  await chie.page.getByText(ja.notifications.empty).waitFor();
});

test('who leaves is out, and the others see it', async () => {
  for (const view of [aki, ben]) await openRoom(view.page, roomId);
  await openPanel(aki);
  await panel(aki).getByRole('button', { name: 'Leave the room' }).click();
  await dialog(aki, 'Leave “Harvest”?').getByRole('button', { name: 'Leave', exact: true }).click();
  await aki.page.getByRole('heading', { name: 'What would you like to talk about?' }).waitFor();
  await aki.page.getByRole('link', { name: 'Harvest' }).waitFor({ state: 'detached' });
  assert.equal(await aki.page.getByText(/You are no longer in/).count(), 0);
  await openPanel(ben);
  await row(ben, 'aki').waitFor({ state: 'detached' });
  await write(ben.page, 'quiet now');
});

test('somebody who is signed in joins by a link, and leaves again from a phone', async () => {
  const inviting = await invite(ben);
  await inviting.getByText('By link', { exact: true }).click();
  await inviting.getByRole('button', { name: 'Make a link' }).click();
  const { page } = chie;
  await page.goto(await inviting.getByLabel('Invitation link').inputValue());
  await page.getByRole('button', { name: ja.join.join }).click();
  await page.getByRole('heading', { level: 1, name: 'Harvest' }).waitFor();
  await page.getByRole('button', { name: ja.chat.peoplePanel, exact: true }).click();
  await panel(chie).getByRole('button', { name: ja.members.leave }).click();
  await page.getByRole('dialog').getByRole('button', { name: ja.members.leaveDo, exact: true }).click();
  await page.getByText(ja.rooms.empty).waitFor();
  assert.equal(new URL(page.url()).pathname, '/rooms');
  await page.getByRole('link', { name: ja.rooms.new }).first().waitFor();
});
