// The main job as a new user does it, in a real browser over the whole local cloud.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answer, answerIs, answerSays, composer, endpoints, launch, makeRoom, picture, processesOf, register, send } from './support.mjs';

describe('the main job', { timeout: 600_000 }, () => {
  let browser, page, context, roomId;
  before(async () => {
    browser = await launch();
    ({ page, context } = await register(browser));
  });
  after(() => browser?.close());

  it('1. makes a room and sees an empty one', async () => {
    roomId = await makeRoom(page, 'Kyoto trip');
    await page.getByText('A quiet room, so far').waitFor();
    await picture(page, 'empty-room');
  });

  it('2. sends without asking the AI, and Enter during a conversion sends nothing', async () => {
    await page.getByRole('button', { name: 'Ask AI' }).click();
    await composer(page).fill('こんにちは');
    await composer(page).dispatchEvent('keydown', { key: 'Enter', isComposing: true, keyCode: 229 });
    await page.waitForTimeout(500);
    assert.equal(await composer(page).inputValue(), 'こんにちは', 'the text still stands in the composer');
    await composer(page).press('Enter');
    await page.getByRole('article').filter({ hasText: 'こんにちは' }).waitFor();
    await page.getByRole('button', { name: 'Ask AI' }).click();
  });

  it('3. asks, watches words appear, reloads in mid-stream, and sees prefix and tail', async () => {
    await send(page, '[slow:80] tell me more');
    await answerSays(page, 'word5 ');
    await picture(page, 'streaming');
    await page.reload();
    await answerSays(page, 'word1 ');
    assert.equal(await answer(page).getAttribute('data-status'), 'streaming', 'it still streams after the reload');
    await answerIs(page, 'completed');
    const text = await answer(page).textContent();
    for (let i = 1; i <= 80; i++) assert.equal(text.match(new RegExp(`\\bword${i}\\b`, 'g'))?.length, 1, `word${i} stands there once`);
    await picture(page, 'answered');
  });

  it('4. stops an answer, and its text stays', async () => {
    await send(page, '[endless] go on');
    await answerSays(page, 'word3 ');
    await page.getByRole('button', { name: 'Stop the answer' }).click();
    await answerIs(page, 'cancelled');
    assert.match(await answer(page).textContent(), /word3 /);
  });

  it('5. asks again and looks back at the first answer', async () => {
    await send(page, '[slow:5] once more');
    await answerIs(page, 'completed');
    await answer(page).hover();
    await answer(page).getByRole('button', { name: 'Answer again' }).click();
    await page.getByText('2/2').waitFor({ timeout: 60_000 });
    await answerIs(page, 'completed');
    await answer(page).getByRole('button', { name: 'Earlier attempt' }).click();
    await page.getByText('1/2').waitFor();
    assert.match(await answer(page).textContent(), /word5/);
    await picture(page, 'attempts');
  });

  it('6. sees a provider fail, at no charge, with a retry', async () => {
    await send(page, '[fail] please');
    await answerIs(page, 'failed');
    assert.match(await answer(page).textContent(), /overloaded.*Nothing was charged/s);
    await answer(page).getByRole('button', { name: 'Try again' }).waitFor();
    await picture(page, 'failed');
  });

  it('7. survives kill -9 of the worker: failed within a minute, and asking again works', async () => {
    await send(page, '[slow:600] a long story');
    await answerSays(page, 'word8 ');
    const workers = processesOf('yoriai-local-ai-replies');
    assert.ok(workers.length > 0, 'the worker is a process of this machine');
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    const killed = Date.now();
    await answerIs(page, 'failed', 90_000);
    console.log(`      failed ${Math.round((Date.now() - killed) / 1000)} s after the kill`);
    assert.match(await answer(page).textContent(), /word8 /, 'the text that came stays');
    await answer(page).getByRole('button', { name: 'Try again' }).click();
    await answerIs(page, 'streaming');
    await answerSays(page, 'word3 ');
    await page.getByRole('button', { name: 'Stop the answer' }).click();
    await answerIs(page, 'cancelled');
  });

  it('8. shows the same in a second browser, unread badge included', async () => {
    const second = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 }, storageState: await context.storageState() });
    const other = await second.newPage();
    await other.goto(`${endpoints.web}/rooms`);
    await other.getByText('Kyoto trip').first().waitFor();
    await other.getByText('Kyoto trip').first().click();
    await send(page, '[slow:20] for both');
    await answerSays(other, 'word20');
    await answerIs(page, 'completed');
    assert.equal(await answer(other).textContent(), await answer(page).textContent());
    await second.close();
  });

  it('9. catches up after having been offline, and sends what was written meanwhile', async () => {
    const second = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 }, storageState: await context.storageState() });
    const other = await second.newPage();
    await other.goto(`${endpoints.web}/rooms/${roomId}`);
    await composer(other).waitFor();
    await context.setOffline(true);
    await page.getByText('No connection.').waitFor({ timeout: 60_000 });
    await send(other, '[fast:3] said while you were away');
    await send(page, 'written offline');
    await page.waitForTimeout(Number(process.env.OFFLINE_MS ?? 5_000));
    await picture(page, 'offline');
    await context.setOffline(false);
    await page.getByRole('article').filter({ hasText: 'said while you were away' }).first().waitFor({ timeout: 60_000 });
    await other.getByRole('article').filter({ hasText: 'written offline' }).first().waitFor({ timeout: 60_000 });
    await second.close();
  });

  it('10. edits, hides from the AI, and deletes', async () => {
    await page.getByRole('button', { name: 'Ask AI' }).click();
    await send(page, 'a typo heer');
    const row = page.getByRole('article').filter({ hasText: 'a typo heer' });
    await row.hover();
    await row.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Do not show to the AI' }).click();
    await row.getByText('not shown to the AI').waitFor();
    await row.hover();
    await row.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByText('deleted this message').first().waitFor();
  });

  it('11. looks as it should: wide and narrow, light and dark, Japanese too', async () => {
    await picture(page, 'room-1440-light');
    await page.setViewportSize({ width: 360, height: 780 });
    await page.waitForTimeout(500);
    await picture(page, 'room-360-light');
    await page.evaluate(() => { document.documentElement.dataset.theme = 'dark'; });
    await page.waitForTimeout(300);
    await picture(page, 'room-360-dark');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.waitForTimeout(300);
    await picture(page, 'room-1440-dark');
    assert.deepEqual(page.errors, [], 'no script failed on the way');
  });
});
