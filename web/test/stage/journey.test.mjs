// What must hold of a stage that was just deployed, tried with two browsers: pages, sign-in, a room, sockets. It needs no model
// and nothing of the local cloud. `YORIAI_STAGE_URL=https://… npm run e2e:stage`
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { device, launch, logIn, openRoom, register, write } from '../e2e/browser.mjs';
import { base, newName } from '../e2e/cloud.mjs';

const username = newName('stage');
let browser;
let one;
let two;

before(async () => {
  browser = await launch();
  one = await device(browser);
  two = await device(browser);
  // A database that was asleep takes half a minute to wake.
  for (const { context } of [one, two]) context.setDefaultTimeout(60_000);
});
after(() => browser?.close());

test('the API answers', async () => {
  const response = await fetch(`${base}/api/health`);
  assert.equal(response.status, 200);
});

test('what two browsers of one account write in a room, both see', async () => {
  await register(one.page, username);
  await one.page.getByRole('link', { name: 'New room' }).first().click();
  await one.page.getByRole('button', { name: 'Name a room first' }).click();
  const dialog = one.page.getByRole('dialog', { name: 'Name a room first' });
  await dialog.getByLabel('Name').fill('After a deployment');
  await dialog.getByRole('button', { name: 'Create room' }).click();
  await one.page.waitForURL(/\/rooms\/[0-9a-f-]{36}/);
  const room = one.page.url().split('/').at(-1);
  await logIn(two.page, username);
  await openRoom(two.page, room);
  await openRoom(one.page, room);
  const seen = (view, text) => view.page.getByRole('log').getByText(text, { exact: true }).waitFor();
  await write(one.page, 'From the first.');
  await seen(two, 'From the first.');
  await write(two.page, '二つ目から。');
  await seen(one, '二つ目から。');
  await one.page.reload();
  await seen(one, 'From the first.');
});

test('nothing broke on its pages', () => {
  assert.deepEqual([...one.errors, ...two.errors], []);
});
