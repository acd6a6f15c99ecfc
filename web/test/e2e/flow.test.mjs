// Moving about: starting by typing, without a connection, on a phone, by keyboard, and being told what happened.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { accessible, device, fits, isRead, launch, makeRoom, openRoom, openStart, register, settled, shots, until, visit, write } from './browser.mjs';
import { fault, join, newName, noFaults, Person } from './cloud.mjs';

const username = newName('umi');
let browser, one, page, roomId, other;

before(async () => {
  browser = await launch();
  one = await device(browser);
  page = one.page;
  await register(page, username);
  roomId = await makeRoom(page, 'Harbour');
  other = await makeRoom(page, 'Elsewhere');
});
afterEach(noFaults);
after(async () => {
  await noFaults();
  await browser?.close();
});

const title = (view, name) => view.getByRole('heading', { level: 1, name });

test('one begins by typing: the room is named from the words, without a dialog', async () => {
  await openRoom(page, roomId);
  await page.keyboard.press('Control+Shift+KeyO');
  await page.getByRole('heading', { name: 'What would you like to talk about?' }).waitFor();
  await accessible(page, 'the start page');
  await page.getByRole('textbox', { name: 'Message' }).fill('Plan a weekend by the **sea**\nwith the children');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/rooms\/[0-9a-f-]{36}$/);
  await title(page, 'Plan a weekend by the sea').waitFor();
  await page.getByRole('log').getByText(/with the children/).waitFor();
  await page.locator('article[aria-busy]').first().waitFor();
  // Its answer must not end while a later test counts those that end elsewhere. It may have ended before it could be stopped.
  await page.getByRole('textbox', { name: 'Message' }).press('Escape');
  await page.locator('article[aria-busy=false]').waitFor({ timeout: 120_000 });
});

test('a room that cannot be made leaves the words in their place', async () => {
  await openStart(page);
  await fault({ method: 'POST', path: '/rooms', status: 503, code: 'unavailable' });
  await page.getByRole('textbox', { name: 'Message' }).fill('do not lose me');
  await page.getByRole('button', { name: 'Start the room' }).click();
  await page.getByText(/The room was not made; your words are still here/).waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Message' }).inputValue(), 'do not lose me');
  await page.getByRole('textbox', { name: 'Message' }).fill('');
});

test('without a connection rooms still change, and the bar says so at once', async () => {
  const two = await device(browser, { storageState: await one.context.storageState() });
  await openRoom(two.page, roomId);
  await write(two.page, 'seen before the tunnel');
  // Else it ends while others count the answers that end elsewhere.
  await settled(two.page, 'completed');
  await two.page.getByRole('link', { name: 'Elsewhere' }).click();
  await title(two.page, 'Elsewhere').waitFor();
  await two.context.setOffline(true);
  await two.page.getByText(/No connection/).waitFor();
  await two.page.getByRole('link', { name: 'Harbour' }).click();
  await two.page.getByRole('log').getByText('seen before the tunnel', { exact: true }).waitFor();
  await two.page.goBack();
  await title(two.page, 'Elsewhere').waitFor();
  await two.context.setOffline(false);
  await two.page.getByText(/No connection/).waitFor({ state: 'detached' });
  assert.deepEqual(two.errors, []);
  await two.context.close();
});

test('a room that cannot be loaded says so, and is there once it can be', async () => {
  const loaded = await device(browser, { storageState: await one.context.storageState() });
  for (const status of [500, 403]) {
    await fault({ method: 'GET', path: '/rooms/*/messages', status });
    await loaded.page.goto(`/rooms/${roomId}`);
    await loaded.page.getByRole('heading', { name: 'The messages could not be loaded' }).waitFor();
    // It tries by itself.
    await noFaults();
    await loaded.page.getByRole('log').getByText('seen before the tunnel', { exact: true }).waitFor();
  }
  await loaded.context.close();
});

test('an answer that ends elsewhere is seen in the list and in the title', async () => {
  await openRoom(page, roomId);
  await write(page, 'Tell me [slow:60]');
  await page.locator('article[data-status=streaming]').waitFor();
  await page.getByRole('link', { name: 'Elsewhere' }).click();
  await title(page, 'Elsewhere').waitFor();
  await page.getByRole('link', { name: 'Harbour' }).getByRole('img', { name: 'An answer is ready' }).waitFor();
  await until(page, () => document.title.startsWith('(1) Elsewhere'));
  await page.getByRole('link', { name: 'Harbour' }).click();
  await until(page, () => document.title === 'Harbour · Yoriai');
});

test('what is pressed while an answer grows is pressed, and Escape stops the answer', async () => {
  await write(page, 'On and on [endless]');
  await page.locator('article[data-status=streaming]').waitFor();
  const row = page.locator('article[id]').filter({ hasText: 'On and on [endless]' }).last();
  for (let times = 0; times < 8; times++) {
    await row.hover();
    await row.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Copy link' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
  }
  await page.locator('#message-box').press('Escape');
  await settled(page, 'cancelled');
});

test('the model picker: usable ones first, found by typing, the rest folded', async () => {
  await page.getByRole('button', { name: /^Model:/ }).click();
  const options = page.getByRole('listbox', { name: 'Model' });
  await options.getByRole('option', { selected: true }).waitFor();
  await page.getByRole('button', { name: /need a key/ }).waitFor();
  await accessible(page, 'the model picker');
  await page.getByRole('combobox').fill('zzz');
  await page.getByText('No model you can use fits this.').waitFor();
  await page.keyboard.press('Escape');
});

test('settings ask before they drop what was typed, archiving can be taken back, and deleting leads home', async () => {
  const doomed = await makeRoom(page, 'Short-lived');
  await page.getByRole('button', { name: 'Room settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Room settings' });
  // As on a slow machine, where Escape follows the last letter before the page has come to itself.
  await dialog.getByLabel('Instructions for the AI').evaluate(async (box) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, 'five minutes of typing');
    box.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await null;
    box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
  });
  await dialog.getByText('What you changed is not saved yet.').waitFor();
  await dialog.getByRole('button', { name: 'Keep editing' }).click();
  await page.goBack();
  await dialog.getByText('What you changed is not saved yet.').waitFor();
  await dialog.getByRole('button', { name: 'Keep editing' }).click();
  await one.context.setOffline(true);
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.getByText(/Not saved\./).waitFor();
  await one.context.setOffline(false);
  await dialog.getByRole('button', { name: 'Archive' }).click();
  await page.getByText('The room is archived.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  await page.getByRole('button', { name: 'Room settings' }).click();
  assert.equal(await dialog.getByLabel('Instructions for the AI').inputValue(), 'five minutes of typing', 'archiving saved what was typed');
  await dialog.getByRole('button', { name: 'Delete room' }).click();
  await dialog.getByRole('button', { name: 'Delete for everybody' }).click();
  await page.getByText('“Short-lived” is deleted.').waitFor();
  await page.getByRole('heading', { name: 'What would you like to talk about?' }).waitFor();
  assert.ok(!page.url().includes(doomed));
});

test('a deleted message can be taken back', async () => {
  await openRoom(page, other);
  await page.getByRole('button', { name: 'Ask AI' }).click();
  await write(page, 'not yet');
  const mine = page.locator('article[id]').filter({ has: page.getByText('not yet', { exact: true }) });
  await mine.hover();
  await mine.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByText(/message was deleted/).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await mine.waitFor();
  await page.reload();
  await mine.waitFor();
});

test('what can be done with a message stays in view when the message begins at the edge of it', async () => {
  const me = await Person.logIn(username);
  for (let line = 1; line <= 30; line++) await me.write(other, `line ${line}`);
  await openRoom(page, other);
  const log = page.getByRole('log');
  await log.getByText('line 30', { exact: true }).waitFor();
  const row = page.locator('article[id]').filter({ has: page.getByText('line 3', { exact: true }) });
  await log.evaluate((element) => (element.scrollTop = 0));
  await row.waitFor();
  await row.evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await row.hover();
  const [edge, button] = [await log.boundingBox(), await row.getByRole('button', { name: 'More' }).boundingBox()];
  assert.ok(button.y >= edge.y, `the button begins ${edge.y - button.y} px above the messages`);
});

test('what lies under a dialog is not read', async () => {
  const ben = await Person.register(newName('ben'));
  await join(other, ben.username);
  await openRoom(page, other);
  await page.getByRole('button', { name: 'Room settings' }).click();
  await page.getByRole('dialog').waitFor();
  const { id } = await ben.write(other, 'are you looking?');
  await page.locator('article[id]', { hasText: 'are you looking?' }).waitFor({ state: 'attached' });
  await page.waitForTimeout(600);
  assert.equal(await page.evaluate(isRead, [other, id]), false);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await until(page, isRead, [other, id]);
});

test('a name that shows nothing is refused, and a long one is cut between characters', async () => {
  await openStart(page);
  await page.getByRole('button', { name: 'Name a room first' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('\u200b\u200b');
  await dialog.getByText('This name would show nothing.').waitFor();
  assert.ok(await dialog.getByRole('button', { name: 'Create room' }).isDisabled());
  await dialog.getByLabel('Name').fill(`${'a'.repeat(97)}👨‍👩‍👧‍👦`);
  assert.equal(await dialog.getByLabel('Name').inputValue(), 'a'.repeat(97));
});

test('the keyboard reaches the composer by one link', async () => {
  await openRoom(page, roomId);
  // From the page's beginning, wherever one has been.
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
  });
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the message box');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'message-box');
});

test('on a phone the first paint is the conversation, and Back closes what is open', async () => {
  const phone = await device(browser, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, storageState: await one.context.storageState() });
  const view = phone.page;
  const still = await device(browser, { viewport: { width: 360, height: 740 }, javaScriptEnabled: false, storageState: await one.context.storageState() });
  await still.page.goto(`/rooms/${roomId}`);
  assert.equal(await still.page.getByRole('complementary', { name: 'People' }).count(), 0);
  await still.context.close();

  await visit(view, '/rooms', 'nav a');
  await view.getByRole('link', { name: 'Harbour' }).click();
  await title(view, 'Harbour').waitFor();
  await view.locator('main[data-live=true]').waitFor();
  await view.getByRole('button', { name: 'People', exact: true }).click();
  await view.getByRole('complementary', { name: 'People' }).waitFor();
  await view.goBack();
  await view.getByRole('complementary', { name: 'People' }).waitFor({ state: 'detached' });
  await title(view, 'Harbour').waitFor();
  await view.getByRole('button', { name: 'Room settings' }).click();
  await view.getByRole('dialog').waitFor();
  await view.goBack();
  await view.getByRole('dialog').waitFor({ state: 'detached' });
  await fits(view, 'a room on a phone');
  await view.goBack();
  await view.getByRole('navigation', { name: 'Rooms' }).waitFor();
  assert.deepEqual(phone.errors, []);
  await phone.context.close();
});

test('on a phone a long name has most of the head, and the model stays one press away', async () => {
  const name = 'A name that is longer than the head of a phone';
  const long = await (await Person.logIn(username)).makeRoom(name);
  const phone = await device(browser, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, storageState: await one.context.storageState() });
  await openRoom(phone.page, long);
  const { width } = await title(phone.page, name).boundingBox();
  assert.ok(width >= 140, `${width} px are left for the name`);
  await phone.page.getByRole('button', { name: /^Model:/ }).tap();
  await phone.page.getByRole('listbox', { name: 'Model' }).waitFor();
  await phone.context.close();
});

test('at 200 % and 400 % zoom the conversation keeps most of the window', async () => {
  for (const [width, height, least] of [[720, 450, 200], [360, 225, 90]]) {
    const { context, page: view } = await device(browser, { viewport: { width, height }, storageState: await one.context.storageState() });
    await openRoom(view, roomId);
    const log = await view.getByRole('log').boundingBox();
    assert.ok(log.height >= least, `${width}×${height}: ${log.height} px are left for the messages`);
    await fits(view, `a room at ${width}×${height}`);
    await view.screenshot({ path: `${shots}/zoom-${width}.png` });
    await visit(view, '/rooms?new', '#message-box');
    const box = await view.getByRole('textbox', { name: 'Message' }).boundingBox();
    assert.ok(box.width >= 140, `${width}×${height}: ${box.width} px are left for the first words`);
    await fits(view, `the start page at ${width}×${height}`);
    await view.screenshot({ path: `${shots}/zoom-start-${width}.png` });
    await context.close();
  }
});

test('pictures of the start page, the picker, settings and waking, at four widths, in both lights and languages', async () => {
  const state = await one.context.storageState();
  for (const [width, colorScheme, locale] of [[1440, 'light', 'en-US'], [1440, 'dark', 'ja-JP'], [768, 'light', 'ja-JP'], [390, 'dark', 'en-US'], [360, 'light', 'ja-JP']]) {
    const { context, page: view, errors } = await device(browser, { viewport: { width, height: width < 500 ? 740 : 900 }, colorScheme, locale, storageState: state, isMobile: width < 500, hasTouch: width < 500 });
    const shot = (name) => view.screenshot({ path: `${shots}/${name}-${width}-${colorScheme}-${locale.slice(0, 2)}.png` });
    await view.goto('/rooms?new');
    await view.locator('#message-box').waitFor();
    await fits(view, `the start page at ${width} px`);
    await shot('start');
    await openRoom(view, roomId);
    await view.waitForTimeout(400);
    await shot('flow-room');
    await view.getByRole('button', { name: /^(Model:|モデル：)/ }).click();
    await view.getByRole('listbox').waitFor();
    await view.waitForTimeout(300);
    await shot('picker');
    await view.keyboard.press('Escape');
    await view.getByRole('button', { name: /^(Room settings|ルームの設定)$/ }).click();
    await view.getByRole('dialog').waitFor();
    await view.waitForTimeout(300);
    await shot('settings');
    await fault({ method: 'GET', path: '/me', status: 503, code: 'database_waking' });
    await view.goto('/rooms');
    await view.getByRole('heading', { name: /^(Waking up|起動しています)$/ }).waitFor();
    await shot('waking');
    await noFaults();
    assert.deepEqual(errors, []);
    await context.close();
  }
});
