// Nothing that was typed is lost, and nobody else sees it.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { device, launch, logIn, makeRoom, openRoom, register, until, write } from './browser.mjs';
import { fault, join, newName, noFaults, Person } from './cloud.mjs';

const [aki, ben] = [newName('aki'), newName('ben')];
let browser, one, page, roomId, other;

before(async () => {
  browser = await launch();
  one = await device(browser);
  page = one.page;
  await register(page, aki);
  roomId = await makeRoom(page, 'Main');
  other = await makeRoom(page, 'Elsewhere');
  await Person.register(ben);
  await join(roomId, ben);
});
afterEach(noFaults);
after(async () => {
  await noFaults();
  await browser?.close();
});

const box = (view) => view.getByRole('textbox', { name: 'Message' });
const holds = (view, text) => until(view, (wanted) => document.querySelector('#message-box')?.value === wanted, text);
const onDevice = (view, text) => until(view, (wanted) => Object.values(localStorage).some((kept) => kept === wanted), text);
/** Whether a page of this person keeps no draft any more. */
const noneKept = (view) => until(view, () => !Object.keys(localStorage).some((key) => key.startsWith('yoriai.draft.')));
const inLog = (view, text) => view.getByRole('log').getByText(text, { exact: true });

test('a draft stays with its room, over a reload and a crash', async () => {
  await openRoom(page, roomId);
  await box(page).fill('about the trip\nsecond line');
  await page.getByRole('link', { name: 'Elsewhere' }).click();
  await holds(page, '');
  await page.getByRole('link', { name: 'Main' }).click();
  await holds(page, 'about the trip\nsecond line');
  await page.reload();
  await holds(page, 'about the trip\nsecond line');

  // A crash tells no page that it ends.
  const two = await one.context.newPage();
  await openRoom(two, other);
  await box(two).fill('before the crash');
  await onDevice(two, 'before the crash');
  const devtools = await one.context.newCDPSession(two);
  const crashed = two.waitForEvent('crash');
  void devtools.send('Page.crash').catch(() => undefined);
  await crashed;
  // What is asked of all pages later could not be asked of this one.
  await two.close();
  const three = await one.context.newPage();
  await openRoom(three, other);
  await holds(three, 'before the crash');
  await box(three).fill('');
  await until(three, () => !Object.values(localStorage).includes('before the crash'));
  await three.close();
});

test('what is typed before the page is alive stays, and follows what was kept', async () => {
  const slow = await one.context.newPage();
  await box(page).fill('kept. ');
  await onDevice(page, 'kept. ');
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await slow.route('**/*.js', async (route) => {
    await held;
    await route.continue();
  });
  await slow.goto(`/rooms/${roomId}`, { waitUntil: 'commit' });
  await box(slow).pressSequentially('typed before it came alive');
  release();
  await slow.locator('main[data-live=true]').waitFor();
  await holds(slow, 'kept. \ntyped before it came alive');
  await slow.waitForTimeout(800);
  await holds(slow, 'kept. \ntyped before it came alive');
  await box(slow).fill('');
  await noneKept(slow);
  await slow.close();
  await page.reload();
  await holds(page, '');
});

test('a draft is never seen by the next person of the same tab', async () => {
  await openRoom(page, roomId);
  await box(page).fill('SECRET of the first account');
  await page.getByRole('button', { name: /language, light and log out/ }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  const asked = page.getByRole('dialog', { name: 'Log out?' });
  await asked.getByText(/1 draft/).waitFor();
  await asked.getByRole('button', { name: 'Stay' }).click();
  await holds(page, 'SECRET of the first account');
  await page.getByRole('button', { name: /language, light and log out/ }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await asked.getByRole('button', { name: 'Delete and log out' }).click();
  await page.waitForURL(/\/login$/);
  await logIn(page, ben);
  await page.getByRole('link', { name: 'Main' }).click();
  await page.locator('main[data-live=true]').waitFor();
  await page.waitForTimeout(500);
  assert.equal(await box(page).inputValue(), '');
  assert.deepEqual(await page.evaluate(() => Object.entries(localStorage).filter(([, text]) => text.includes('SECRET'))), []);
});

test('the same when the first person’s session merely ended', async () => {
  const shared = await device(browser);
  await logIn(shared.page, aki);
  await openRoom(shared.page, roomId);
  await box(shared.page).fill('SECRET number two');
  await onDevice(shared.page, 'SECRET number two');
  await shared.context.clearCookies();
  await shared.page.reload();
  await shared.page.waitForURL(/\/login/);
  await logIn(shared.page, ben);
  await openRoom(shared.page, roomId);
  await shared.page.waitForTimeout(500);
  assert.equal(await box(shared.page).inputValue(), '');
  await shared.context.close();
});

test('an edit that cannot be saved keeps its text, Escape too, and nothing is sent twice', async () => {
  await openRoom(page, roomId);
  await write(page, 'frist words');
  await page.locator('article[id]', { hasText: 'frist words' }).waitFor();
  await box(page).press('ArrowUp');
  const edit = page.getByRole('textbox', { name: 'Edit message' });
  await edit.fill('first words, and five minutes of typing');
  await edit.press('Escape');
  await inLog(page, 'frist words').waitFor();
  await page.reload();
  await page.locator('main[data-live=true]').waitFor();
  await inLog(page, 'frist words').waitFor();
  await box(page).press('ArrowUp');
  assert.equal(await edit.inputValue(), 'first words, and five minutes of typing');

  await one.context.setOffline(true);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Not saved; your words are still here.').waitFor();
  assert.equal(await edit.inputValue(), 'first words, and five minutes of typing');
  await one.context.setOffline(false);
  await page.getByRole('button', { name: 'Save' }).click();
  await inLog(page, 'first words, and five minutes of typing').waitFor();
});

test('a message written offline is sent by whichever page is open', async () => {
  const context = one.context;
  const [writer, reader] = [await context.newPage(), await context.newPage()];
  await openRoom(writer, roomId);
  await openRoom(reader, roomId);
  await fault({ method: 'POST', path: '/rooms/*/messages', status: 503, code: 'unavailable' });
  await write(writer, 'written and left behind');
  await writer.getByRole('img', { name: 'Waiting to be sent' }).waitFor();
  await writer.close();
  await noFaults();
  await inLog(reader, 'written and left behind').waitFor();
  await reader.getByRole('img', { name: /Sending|Waiting/ }).waitFor({ state: 'detached' });
  assert.equal(await inLog(reader, 'written and left behind').count(), 1);
  await reader.close();
});

test('composing and pressing Send gives one message and an empty box that can be used', async () => {
  await openRoom(page, roomId);
  await box(page).focus();
  const input = await one.context.newCDPSession(page);
  await input.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
  await page.getByRole('button', { name: 'Send' }).click();
  // The input method commits late what had been sent.
  await input.send('Input.insertText', { text: '日本' });
  await inLog(page, 'にほん').waitFor();
  await page.waitForTimeout(400);
  assert.equal(await box(page).inputValue(), '');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'message-box', 'Send keeps the focus');
  await page.keyboard.type('next');
  assert.equal(await box(page).inputValue(), 'next');
  await box(page).fill('');
});

test('a composition that is called off does not come back', async () => {
  const input = await one.context.newCDPSession(page);
  await box(page).focus();
  await input.send('Input.imeSetComposition', { text: 'n', selectionStart: 1, selectionEnd: 1 });
  await page.evaluate(() => {
    const element = document.querySelector('#message-box');
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(element, '');
    element.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: '' }));
  });
  await (await Person.logIn(ben)).write(roomId, 'something from elsewhere');
  await inLog(page, 'something from elsewhere').waitFor();
  assert.equal(await box(page).inputValue(), '');
  assert.ok(await page.getByRole('button', { name: 'Send' }).isDisabled());
});

test('40,000 characters are counted, and cut or saved by choice', async () => {
  await box(page).fill('長'.repeat(40_000));
  await page.getByText('8,000 characters too many: a message holds 32,000.').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Send' }).isDisabled());
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as a file' }).click()]);
  assert.equal(file.suggestedFilename(), 'message.txt');
  await page.getByRole('button', { name: 'Cut the end' }).click();
  assert.equal((await box(page).inputValue()).length, 32_000);
  await page.getByRole('button', { name: 'Undo' }).click();
  assert.equal((await box(page).inputValue()).length, 40_000);
  await box(page).fill('');
});

test('what was typed in a room that is deleted meanwhile can still be taken along', async () => {
  const owner = await Person.register(newName('owner'));
  const doomed = await owner.makeRoom('Doomed');
  await join(doomed, ben);
  await openRoom(page, doomed);
  await box(page).fill('a thought worth keeping');
  await owner.removeRoom(doomed);
  await page.getByText('This room is not here').waitFor();
  assert.equal(await page.getByLabel('What you had typed is still here').inputValue(), 'a thought worth keeping');
  assert.deepEqual(one.errors, []);
});
