// The main job in a real browser, against the running local cloud with the scripted provider.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, answer, device, fits, launch, logIn, makeRoom, openRoom, register, settled, shots, textOf, until, write } from './browser.mjs';
import { join, newName, Person, workersOf } from './cloud.mjs';

// A minute is what people are promised; the usual run is short. YORIAI_AWAY_MS=60000 takes the whole minute.
const AWAY_MS = Number(process.env.YORIAI_AWAY_MS ?? 8_000);
const username = newName('aki');
let browser, one, page, roomId;

before(async () => {
  browser = await launch();
  one = await device(browser);
  page = one.page;
});
after(async () => {
  await browser?.close();
});

test('01 register, and stand before one’s rooms', async () => {
  await register(page, username);
  await page.getByText('You are not in any room yet.').waitFor();
});

test('02 create a room', async () => {
  roomId = await makeRoom(page, 'Kyoto trip, November');
  await page.getByRole('heading', { name: 'A quiet room, so far' }).waitFor();
});

test('03 ask something and watch the answer grow', async () => {
  await write(page, 'Where shall we stay? [slow:40]');
  await until(page, () => document.querySelector('article[data-status=streaming] .md')?.textContent.includes('word2'));
  const early = await textOf(page);
  await until(page, (length) => (document.querySelector('article[data-status=streaming] .md')?.textContent.length ?? 0) > length + 20, early.length);
  assert.ok((await textOf(page)).startsWith(early.trim().slice(0, 10)));
});

test('04 reload in mid-stream, and still see the beginning and the end', async () => {
  await page.reload();
  await page.locator('main[data-live=true]').waitFor();
  await until(page, () => document.querySelector('article[aria-busy] .md')?.textContent.includes('word1 '));
  await settled(page, 'completed');
  const words = (await textOf(page)).trim().split(/\s+/);
  assert.deepEqual(words, Array.from({ length: 40 }, (_, i) => `word${i + 1}`));
});

test('05 stop an answer: the text so far stays', async () => {
  await write(page, 'Never mind the end [endless]');
  await until(page, () => document.querySelector('article[data-status=streaming] .md')?.textContent.includes('word5'));
  await page.getByRole('button', { name: 'Stop the answer' }).click();
  await settled(page, 'cancelled');
  assert.match(await textOf(page), /^word1 word2/);
  await answer(page).getByText('Stopped', { exact: true }).waitFor();
});

test('06 answer again, and look back at the first attempt', async () => {
  await write(page, 'Say it twice [fast:12]');
  await settled(page, 'completed');
  await answer(page).getByRole('button', { name: 'Answer again', exact: true }).click();
  await answer(page).getByText('2/2').waitFor();
  await answer(page).getByRole('button', { name: 'Earlier attempt' }).click();
  await answer(page).getByText('1/2').waitFor();
  assert.match(await textOf(page), /^word1 .*word12$/s);
});

test('07 a failure says what happened, and Try again tries', async () => {
  await write(page, 'This will fail [fail]');
  await answer(page).getByText('The provider is overloaded. Nothing was charged.').waitFor();
  await answer(page).getByRole('button', { name: 'Try again' }).click();
  await answer(page).getByText('2/2').waitFor();
});

test('08 kill the AI worker in mid-answer: a failed message, whose Try again works', async () => {
  await write(page, 'You will be interrupted [slow:300]');
  await until(page, () => document.querySelector('article[data-status=streaming] .md')?.textContent.includes('word3'));
  const workers = workersOf('yoriai-local-ai-replies');
  assert.ok(workers.length > 0, 'the worker’s process was found');
  for (const pid of workers) process.kill(pid, 'SIGKILL');
  await settled(page, 'failed');
  const broken = page.locator('article[aria-busy]').filter({ hasText: /The answer broke off/ });
  await broken.waitFor();
  await broken.getByRole('button', { name: 'Try again' }).click();
  await page.locator('article[data-status=streaming]').waitFor();
  await page.getByRole('button', { name: 'Stop the answer' }).click();
  await settled(page, 'cancelled');
});

test('09 two browsers of one account see the same, unread badges included', async () => {
  const two = await device(browser);
  await logIn(two.page, username);
  const other = await makeRoom(two.page, 'Elsewhere');
  await page.getByRole('link', { name: 'Elsewhere' }).waitFor();
  await write(two.page, 'Tell me [slow:15]');
  await page.getByRole('link', { name: 'Elsewhere' }).getByText(/word1 /).waitFor();
  await settled(two.page, 'completed');
  await openRoom(page, other);
  await settled(page, 'completed');
  assert.equal(await textOf(page), await textOf(two.page));

  // Somebody else writes while both look at another room.
  const ben = await Person.register(newName('ben'));
  await join(other, ben.username);
  const badge = (view) => view.getByRole('link', { name: 'Elsewhere' }).getByRole('img', { name: /unread/ });
  for (const view of [page, two.page]) {
    await view.getByRole('link', { name: 'Kyoto trip' }).click();
    await view.getByRole('heading', { level: 1, name: 'Kyoto trip' }).waitFor();
    await badge(view).waitFor({ state: 'detached' });
  }
  await ben.write(other, 'Are you there?');
  await ben.write(other, 'I found an inn.');
  for (const view of [page, two.page]) {
    await view.getByRole('link', { name: 'Elsewhere' }).getByRole('img', { name: '2 unread messages', exact: true }).waitFor();
    assert.equal(await badge(view).innerText(), '2');
    await view.getByRole('link', { name: 'Elsewhere' }).getByText(/I found an inn\./).waitFor();
  }

  // Read in one, read in both: the other hears of it by its next heartbeat.
  await two.page.getByRole('link', { name: 'Elsewhere' }).click();
  await two.page.getByRole('log').getByText('I found an inn.', { exact: true }).waitFor();
  await badge(two.page).waitFor({ state: 'detached' });
  await badge(page).waitFor({ state: 'detached' });
  await two.page.getByRole('link', { name: 'Kyoto trip' }).click();
  await two.page.getByRole('heading', { level: 1, name: 'Kyoto trip' }).waitFor();
  assert.equal(await badge(two.page).count(), 0);
  await two.context.close();
});

test('10 away for a while, then caught up, and what was written meanwhile is sent', async () => {
  const two = await device(browser);
  await logIn(two.page, username);
  await openRoom(two.page, roomId);
  const bar = two.page.getByText(/No connection/);
  const here = (view, text) => view.getByRole('log').getByText(text, { exact: true });
  await two.context.setOffline(true);
  await bar.waitFor();
  await write(page, 'written while the other was away');
  await write(two.page, 'written without a connection');
  await here(two.page, 'written without a connection').waitFor();
  await two.page.getByRole('img', { name: 'Waiting to be sent' }).waitFor();
  await two.page.waitForTimeout(AWAY_MS);
  assert.ok(await bar.isVisible(), 'the bar stays as long as the connection is away');
  assert.equal(await here(two.page, 'written while the other was away').count(), 0);
  await two.context.setOffline(false);
  await here(two.page, 'written while the other was away').waitFor();
  await here(page, 'written without a connection').waitFor();
  await bar.waitFor({ state: 'detached' });
  for (const view of [page, two.page]) {
    for (const text of ['written while the other was away', 'written without a connection']) assert.equal(await here(view, text).count(), 1, `“${text}” stands once`);
  }
  await two.page.getByRole('img', { name: 'Waiting to be sent' }).waitFor({ state: 'detached' });
  await two.context.close();
});

test('11 Enter that ends a composition never sends', async () => {
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.focus();
  const input = await one.context.newCDPSession(page);
  await input.send('Input.imeSetComposition', { text: 'にほんご', selectionStart: 4, selectionEnd: 4 });
  await input.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', windowsVirtualKeyCode: 229, key: 'Process', code: 'Enter' });
  await input.send('Input.insertText', { text: '日本語' });
  await page.waitForTimeout(500);
  assert.equal(await box.inputValue(), '日本語');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText('日本語', { exact: true }).waitFor();
  assert.equal(await box.inputValue(), '');
});

test('12 axe finds nothing to complain about, light and dark, and no page broke', async () => {
  await accessible(page, 'a room');
  assert.deepEqual(one.errors, []);
});

test('13 pictures at 1440, 900 and 360, light and dark, English and Japanese', async () => {
  const state = await one.context.storageState();
  for (const [width, colorScheme, locale] of [[1440, 'light', 'en-US'], [1440, 'dark', 'ja-JP'], [900, 'light', 'en-US'], [360, 'light', 'ja-JP'], [360, 'dark', 'en-US']]) {
    const { context, page: view } = await device(browser, { viewport: { width, height: width < 500 ? 780 : 900 }, colorScheme, locale, storageState: state, isMobile: width < 500, hasTouch: width < 500 });
    await openRoom(view, roomId);
    await view.getByRole('log').locator('article').first().waitFor();
    await view.waitForTimeout(600);
    await fits(view, `a room at ${width} px`);
    await view.screenshot({ path: `${shots}/room-${width}-${colorScheme}.png` });
    if (width < 500) {
      await view.goto('/rooms');
      await view.waitForTimeout(400);
      await view.screenshot({ path: `${shots}/rooms-${width}-${colorScheme}.png` });
    }
    await context.close();
  }
});

test('14 edit a message, keep it from the AI, delete it', async () => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('button', { name: 'Ask AI' }).click();
  await write(page, 'frist words');
  const mine = page.locator('article[id]', { hasText: 'frist words' });
  await mine.hover();
  await mine.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Edit message' }).fill('first words');
  await page.getByRole('button', { name: 'Save' }).click();
  const edited = page.locator('article[id]', { hasText: 'first words' });
  await edited.getByText('edited').waitFor();
  await edited.hover();
  await edited.getByRole('button', { name: 'Do not show to the AI' }).click();
  await edited.getByText('not shown to the AI').waitFor();
  await edited.hover();
  await edited.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByText(/message was deleted/).waitFor();
});

test('15 log out', async () => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('button', { name: /language, light and log out/ }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.waitForURL(/\/login/);
  await page.goto('/rooms');
  await page.waitForURL(/\/login/);
});
