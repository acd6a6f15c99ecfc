// A model that thinks before it answers: seen while it does, stopped while it does, and looked at afterwards.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, answer, device, launch, makeRoom, register, settled, shots, until, write } from './browser.mjs';
import { newName } from './cloud.mjs';

let browser, page;

before(async () => {
  browser = await launch();
  ({ page } = await device(browser));
  await register(page, newName('thinker'));
  await makeRoom(page, 'Thinking');
});
after(async () => {
  await browser?.close();
});

test('thinking is seen with its time, folds open, and the answer holds none of it', async () => {
  await write(page, '[think:15] [fast:12] Why is the sky blue?');
  await answer(page).getByText(/^Thinking… \d+ s/).waitFor();
  await answer(page).getByText('Show thoughts').click();
  const thoughts = answer(page).locator('details .md');
  await thoughts.waitFor();
  await page.screenshot({ path: `${shots}/thinking-1440.png` });
  // Its time goes on.
  const shown = await answer(page).getByText(/^Thinking… \d+ s/).innerText();
  await until(page, (before) => {
    const now = /Thinking… \d+ s/.exec(document.querySelector('article[aria-busy=true]')?.textContent ?? '')?.[0];
    return now !== undefined && Number(/\d+/.exec(now)[0]) > Number(/\d+/.exec(before)[0]);
  }, shown);
  const thought = (await thoughts.innerText()).trim().split(/\s+/).slice(0, 3).join(' ');
  assert.notEqual(thought, '');

  await settled(page, 'completed');
  const text = await answer(page).locator('.md').last().innerText();
  assert.equal(text.trim().split(/\s+/).length, 12);
  assert.ok(!text.includes(thought), 'what was thought is no part of the answer');
});

test('what was thought can be looked at afterwards, also after a reload', async () => {
  await page.reload();
  await page.locator('main[data-live=true]').waitFor();
  await answer(page).getByText('Show thoughts').click();
  await answer(page).locator('details .md').waitFor();
  assert.notEqual((await answer(page).locator('details .md').innerText()).trim(), '');
  await accessible(page, 'an answer with its thoughts');
  await page.screenshot({ path: `${shots}/thoughts-1440.png` });
});

test('it is stopped while it thinks, and what it thought is charged', async () => {
  await write(page, '[think:60] Think for long');
  await answer(page).getByText(/^Thinking… \d+ s/).waitFor();
  // Who comes while it thinks sees that too.
  await page.reload();
  await page.locator('main[data-live=true]').waitFor();
  await answer(page).getByText(/^Thinking… \d+ s/).waitFor();
  // Something must have been thought.
  await answer(page).getByText('Show thoughts').click();
  await answer(page).locator('details .md').getByText(/thought1/).waitFor();
  await page.getByRole('textbox', { name: 'Message' }).press('Escape');
  await settled(page, 'cancelled');
  await answer(page).getByText('Stopped before any text came').waitFor();
  const room = page.url().split('/').at(-1);
  const items = await page.evaluate(async (roomId) => {
    const read = async (path) => (await (await fetch(`/api/rooms/${roomId}/messages${path}`)).json()).items;
    const newest = (await read('?limit=5')).find((message) => message.type === 'ai');
    return read(`/${newest.id}/attempts`);
  }, room);
  assert.equal(items.length, 1, 'it was asked once');
  assert.ok(items[0].reasoning_tokens > 0 && items[0].charged_tokens >= items[0].reasoning_tokens, JSON.stringify(items[0]));
  assert.notEqual(items[0].thinking, '');
});

test('an answer that is cut at its limit says so, and goes on by a question that is ready to be sent', async () => {
  const room = page.url().split('/').at(-1);
  const status = await page.evaluate(async (roomId) => (await fetch(`/api/rooms/${roomId}`, {
    method: 'PATCH', headers: { 'content-type': 'application/json', 'x-yoriai-csrf': '1' }, body: JSON.stringify({ max_reply_tokens: 256 }),
  })).status, room);
  assert.equal(status, 200);
  await write(page, '[fast:2000] Tell me everything');
  await answer(page).getByText('The answer reached its length limit and was cut.').waitFor();
  await answer(page).getByRole('button', { name: 'Continue' }).click();
  assert.equal(await page.getByRole('textbox', { name: 'Message' }).inputValue(), 'Please continue from where you stopped.');
  await page.screenshot({ path: `${shots}/cut-1440.png` });
  await page.getByRole('button', { name: 'Send' }).click();
  await settled(page, 'completed');
});
