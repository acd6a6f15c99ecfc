// What somebody has, what it was used for, and what stands in the way of a question that nobody pays for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { accessible, device, fits, launch, logIn, openRoom, register, settled, shots, write } from './browser.mjs';
import { join, newName, Person } from './cloud.mjs';

let browser, page, errors, roomId;
const owner = newName('payer');

/** Asks the API as the page's own person. */
const api = (where, method = 'GET', body) =>
  page.evaluate(async ([path, how, what]) => {
    const answer = await fetch(`/api${path}`, { method: how, headers: { 'content-type': 'application/json', 'x-yoriai-csrf': '1' }, body: what && JSON.stringify(what) });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  }, [where, method, body]);

before(async () => {
  browser = await launch();
  ({ page, errors } = await device(browser));
  await register(page, owner);
  roomId = await (await Person.logIn(owner)).makeRoom('Accounts');
  await openRoom(page, roomId);
});
after(async () => {
  await browser?.close();
});

test('the line under the box tells what is left, and changes with the answer without being asked for', async () => {
  await page.getByText('1,000,000 tokens left').waitFor();
  await write(page, '[fast:40] What does this cost?');
  await settled(page, 'completed');
  const { body } = await api('/billing/balance');
  assert.ok(body.available < 1_000_000 && body.held === 0, JSON.stringify(body));
  await page.getByText(`${body.available.toLocaleString('en')} tokens left`).waitFor();
});

test('the balance page shows the lots, thirty days drawn and in numbers, and every entry', async () => {
  await page.getByRole('button', { name: /language, light and log out/ }).click();
  await page.getByRole('menuitem', { name: 'Balance and usage' }).click();
  await page.waitForURL('**/billing');
  await page.getByRole('heading', { level: 1, name: 'Balance and usage' }).waitFor();
  const { body: balance } = await api('/billing/balance');
  await page.getByText(`${balance.available.toLocaleString('en')} tokens`, { exact: true }).waitFor();
  await page.getByRole('group', { name: 'Tokens and when they end' }).getByText('Free tokens at the start').waitFor();
  await page.getByRole('img', { name: 'Usage in the last 30 days' }).waitFor();
  const charged = (1_000_000 - balance.available).toLocaleString('en');
  for (const [group, row] of [['Room', 'Accounts'], ['Member', owner], ['Model', 'scripted/scripted']]) {
    await page.getByRole('group', { name: 'Grouped by' }).getByRole('button', { name: group }).click();
    await page.getByRole('group', { name: group, exact: true }).getByRole('row', { name: new RegExp(`${row}.*${charged}`) }).waitFor();
  }
  const entries = page.getByRole('group', { name: 'Transactions' }).getByRole('row');
  await entries.filter({ hasText: `-${charged}` }).filter({ hasText: 'Accounts' }).waitFor();
  await entries.filter({ hasText: '+1,000,000' }).waitFor();
  await accessible(page, 'the balance');
  await page.screenshot({ path: `${shots}/billing-1440.png`, fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  await fits(page, 'the balance on a phone');
  await page.screenshot({ path: `${shots}/billing-390.png` });
  await page.setViewportSize({ width: 1440, height: 900 });
});

test('the books are saved as one table', async () => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()]);
  const rows = readFileSync(await download.path(), 'utf8').trim().split('\n');
  assert.equal(rows.length, 3, rows.join('\n'));
  assert.match(rows[0], /^id,created_at,kind,amount,/);
  assert.match(rows[2], /,grant,1000000,/);
});

test('it stands after a reload, and in Japanese', async () => {
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Balance and usage' }).waitFor();
  await page.getByRole('button', { name: /language, light and log out/ }).click();
  await page.getByRole('menuitemradio', { name: '日本語' }).click();
  await page.getByRole('heading', { level: 1, name: '残高と利用状況' }).waitFor();
  await page.getByText('はじめの無料トークン').waitFor();
  await page.screenshot({ path: `${shots}/billing-ja.png`, fullPage: true });
  await page.getByRole('button', { name: /言語・表示・ログアウト/ }).click();
  await page.getByRole('menuitemradio', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Balance and usage' }).waitFor();
});

test('a member meets the cap that the master set, and is told whom to ask', async () => {
  const name = newName('member');
  await Person.register(name);
  await join(roomId, name);
  const members = (await api(`/rooms/${roomId}/members`)).body.items;
  const member = members.find(({ user }) => user.username === name).user.id;
  assert.equal((await api(`/rooms/${roomId}/members/${member}`, 'PATCH', { monthly_cap: 5_000 })).status, 200);
  const theirs = await device(browser);
  await logIn(theirs.page, name);
  await openRoom(theirs.page, roomId);
  await theirs.page.getByRole('button', { name: 'Ask AI' }).click();
  await theirs.page.getByText('5,000 tokens of your limit left').waitFor();
  assert.equal((await api(`/rooms/${roomId}/members/${member}`, 'PATCH', { monthly_cap: 10 })).status, 200);
  await write(theirs.page, 'One more question');
  const refusal = theirs.page.getByRole('alert').filter({ hasText: 'Your limit for this month is reached.' });
  await refusal.filter({ hasText: `Ask ${owner} to raise the limit, or wait until next month.` }).waitFor();
  await theirs.page.getByText('10 tokens of your limit left').waitFor();
  await accessible(theirs.page, 'a question over the cap');
  await theirs.page.screenshot({ path: `${shots}/cap-1440.png` });
  // Raised, the very same message goes.
  assert.equal((await api(`/rooms/${roomId}/members/${member}`, 'PATCH', { monthly_cap: 100_000 })).status, 200);
  await refusal.getByRole('button', { name: 'Try again' }).click();
  await settled(theirs.page, 'completed');
  assert.deepEqual(theirs.errors, []);
});

test('a room’s budget binds its master, too', async () => {
  await page.goto('/billing');
  await page.locator('summary').filter({ hasText: 'Accounts' }).click();
  const budget = page.getByRole('textbox', { name: 'The whole room, you included' });
  await budget.fill('many');
  await page.getByText('A whole number of tokens, or nothing.').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled());
  await budget.fill('1');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
  await accessible(page, 'the limits of a room');
  assert.deepEqual((await api(`/rooms/${roomId}/spending`)).body.limits, { default_member_cap: null, monthly_budget: 1 });
  await openRoom(page, roomId);
  await page.getByText(/tokens left/).or(page.getByText('The AI is not asked')).waitFor();
  const ask = page.getByRole('button', { name: 'Ask AI' });
  if ((await ask.getAttribute('aria-pressed')) === 'false') await ask.click();
  await write(page, 'And mine?');
  await page.getByRole('alert').filter({ hasText: 'The room’s budget is used up until next month' }).getByRole('link', { name: 'See balance' }).click();
  await page.waitForURL('**/billing');
  assert.deepEqual(errors, []);
});
