// Trouble signs nobody out: journeys through a refresh that fails, a database that sleeps, a session that ends.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { alive, device, launch, makeRoom, openRoom, register, until, visit } from './browser.mjs';
import { base, fault, newName, noFaults, password, sleepDatabase } from './cloud.mjs';

const username = newName('sora');
let browser, one, page, roomId;

before(async () => {
  browser = await launch();
  one = await device(browser);
  page = one.page;
  await register(page, username);
  roomId = await makeRoom(page, 'Late trains');
});
afterEach(noFaults);
after(async () => {
  await noFaults();
  await browser?.close();
});

/** As after a quarter of an hour: the access token is gone, the refresh token is good. */
const expire = (context) => context.clearCookies({ name: 'yoriai_session' });
const refreshToken = async (context) => (await context.cookies()).find(({ name }) => name === 'yoriai_refresh')?.value;
const signedIn = (view) => view.getByRole('heading', { level: 1, name: 'Late trains' });

for (const trouble of [{ status: 503, code: 'unavailable' }, { status: 503, code: 'database_waking', retry_after: 5 }, { status: 429, code: 'rate_limited', retry_after: 1 }, { status: 403 }]) {
  test(`a refresh that answers ${trouble.status} ${trouble.code ?? ''} shows a page that waits, and then the room`, async () => {
    await expire(one.context);
    const held = await refreshToken(one.context);
    await fault({ method: 'POST', path: '/auth/refresh', ...trouble });
    await page.goto(`/rooms/${roomId}`);
    await page.getByRole('heading', { name: 'Waking up' }).waitFor();
    assert.equal(await refreshToken(one.context), held, 'the refresh token is untouched');
    await noFaults();
    await signedIn(page).waitFor();
    assert.equal(new URL(page.url()).pathname, `/rooms/${roomId}`);
  });
}

test('a page whose own reads are refused once asks again by itself', async () => {
  await fault({ method: 'GET', path: '/me', status: 503, code: 'database_waking', retry_after: 5 });
  await page.goto(`/rooms/${roomId}`);
  await page.getByRole('heading', { name: 'Waking up' }).waitFor();
  await noFaults();
  await signedIn(page).waitFor();
});

test('the database sleeps: whoever comes back waits and is let in, and a message that is sent meanwhile arrives', async () => {
  const other = await device(browser, { storageState: await one.context.storageState() });
  await openRoom(other.page, roomId);
  await expire(one.context);
  const wake = await sleepDatabase();
  try {
    await page.goto(`/rooms/${roomId}`);
    await page.getByRole('heading', { name: 'Waking up' }).waitFor();
    await other.page.getByRole('textbox', { name: 'Message' }).fill('the first words after a pause');
    await other.page.getByRole('button', { name: 'Ask AI' }).click();
    await other.page.getByRole('button', { name: 'Send' }).click();
    await other.page.getByRole('img', { name: /Sending|Waiting/ }).waitFor();
  } finally {
    await wake();
  }
  await signedIn(page).waitFor();
  await page.getByRole('log').getByText('the first words after a pause').waitFor();
  await other.page.getByRole('img', { name: /Sending|Waiting/ }).waitFor({ state: 'detached' });
  assert.equal(await other.page.getByRole('log').getByText('the first words after a pause').count(), 1);
  await other.context.close();
});

test('a late answer with a superseded token takes no newer session with it', async () => {
  const stale = await one.context.storageState();
  await expire(one.context);
  await openRoom(page, roomId);
  const held = await refreshToken(one.context);
  // The same browser's earlier cookies, twice refreshed elsewhere, as a slow request carries them.
  const late = stale.cookies.filter(({ name }) => name === 'yoriai_refresh').map(({ name, value }) => `${name}=${value}`).join('; ');
  const answer = await fetch(`${base}/rooms/${roomId}`, { headers: { cookie: late }, redirect: 'manual' });
  assert.ok(!answer.headers.getSetCookie().some((line) => /^yoriai_(session|refresh)=;|Max-Age=0/.test(line)), `it deletes ${answer.headers.getSetCookie()}`);
  assert.equal(await refreshToken(one.context), held);
  // A tab that such an answer had led to the sign-in page finds the session that the browser holds.
  await page.goto(`/login?ended=1&next=${encodeURIComponent(`/rooms/${roomId}`)}`);
  await signedIn(page).waitFor();
});

test('no link ends a session', async () => {
  await page.goto('/signed-out');
  await openRoom(page, roomId);
  await signedIn(page).waitFor();
});

test('a session that ends while one types keeps the words and the way back', async () => {
  const two = await device(browser, { storageState: await one.context.storageState() });
  await openRoom(two.page, roomId);
  await two.page.getByRole('textbox', { name: 'Message' }).fill('half a thought');
  await fault({ method: 'POST', path: '/auth/refresh', status: 401, code: 'unauthenticated' });
  await expire(two.context);
  await two.page.reload();
  await two.page.waitForURL(/\/login\?ended=1/);
  await two.page.getByText('Your session has ended.').waitFor();
  await alive(two.page, 'form button[type=submit]');
  await two.page.getByRole('link', { name: 'Create an account' }).click();
  await two.page.getByRole('heading', { name: 'Create your account' }).waitFor();
  await two.page.getByRole('link', { name: 'Log in' }).click();
  await two.page.getByLabel('Username or e-mail').fill(username);
  await two.page.getByLabel('Password', { exact: true }).fill(password);
  await two.page.getByRole('button', { name: 'Log in' }).click();
  await two.page.waitForURL(`**/rooms/${roomId}`);
  await until(two.page, () => document.querySelector('#message-box')?.value === 'half a thought');
  await noFaults();
  await two.context.close();
});

test('a log-out that fails says so and leaves the page usable; the next one works', async () => {
  const two = await device(browser, { storageState: await one.context.storageState() });
  await openRoom(two.page, roomId);
  await fault({ method: 'POST', path: '/auth/logout', status: 503, code: 'unavailable' });
  const leave = async () => {
    await two.page.getByRole('button', { name: /language, light and log out/ }).click();
    await two.page.getByRole('menuitem', { name: 'Log out' }).click();
  };
  await two.page.getByRole('textbox', { name: 'Message' }).fill('');
  await leave();
  await two.page.getByText(/You are still logged in/).waitFor();
  await two.page.getByRole('textbox', { name: 'Message' }).fill('still here');
  await two.page.getByRole('button', { name: 'Send' }).click();
  await two.page.getByRole('log').getByText('still here').first().waitFor();
  await two.page.getByRole('img', { name: /Sending|Waiting/ }).waitFor({ state: 'detached' });
  await noFaults();
  await leave();
  await two.page.waitForURL(/\/login$/);
  assert.equal(await refreshToken(two.context), undefined);
  await two.context.close();
});

for (const host of ['127.0.0.1', '[::1]']) {
  test(`the log-in form at ${host} stands at the public address, where it works`, async () => {
    const two = await device(browser);
    await visit(two.page, `http://${host}:${new URL(base).port}/login`, 'form button[type=submit]');
    assert.equal(new URL(two.page.url()).origin, base);
    await two.page.getByLabel('Username or e-mail').fill(username);
    await two.page.getByLabel('Password', { exact: true }).fill(password);
    await two.page.getByRole('button', { name: 'Log in' }).click();
    await two.page.waitForURL('**/rooms');
    await two.context.close();
  });
}
