// Tokens for money: a pack, a plan and its next month, a cancelled plan, and money given back, by the pages of the local Stripe.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, device, fits, launch, register, shots, visit } from './browser.mjs';
import { desk, newName } from './cloud.mjs';

const skip = !desk && 'no local Stripe here';
let browser, page, errors;
const offer = (name) => page.getByRole('region', { name: 'Buy tokens' }).getByRole('listitem').filter({ hasText: name });
const tokens = (count) => page.getByText(`${count} tokens`, { exact: true }).waitFor();
const payments = () => page.getByRole('group', { name: 'Payments' }).getByRole('row');

/** Presses a button of an offer's and waits for the page on which it is paid. */
async function choose(name, button) {
  await offer(name).getByRole('button', { name: button }).click();
  await page.waitForURL(`${desk}/c/**`);
}

/** Presses a button at the desk, the topmost of those that fit, in a tab of its own. */
async function atDesk(button, row) {
  const tab = await page.context().newPage();
  await tab.goto(desk);
  const place = row ? tab.getByRole('row').filter({ hasText: row }).first() : tab;
  await place.getByRole('button', { name: button, exact: true }).click();
  await tab.waitForLoadState();
  await tab.close();
}

before(async () => {
  browser = await launch();
  ({ page, errors } = await device(browser));
  await register(page, newName('buyer'));
});
after(async () => {
  await browser?.close();
});

test('the page of the balance sells packs and plans', { skip }, async () => {
  await visit(page, '/billing', 'main button');
  await tokens('1,000,000');
  for (const [name, price] of [['1 million tokens', '¥500'], ['5 million tokens', '¥2,000'], ['Standard', '¥980 a month'], ['Plus', '¥2,980 a month']]) {
    await offer(name).getByText(price, { exact: true }).waitFor();
  }
  await accessible(page, 'the shop');
});

test('who has the card declined, or goes back, has bought nothing', { skip }, async () => {
  await choose('1 million tokens', 'Buy');
  await page.getByRole('button', { name: 'Have the card declined' }).click();
  await page.getByRole('alert').filter({ hasText: 'The card was declined.' }).waitFor();
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByRole('status').filter({ hasText: 'Nothing was bought.' }).waitFor();
  await tokens('1,000,000');
  assert.equal(await payments().count(), 0);
});

test('a pack that is paid for comes into the balance by itself, with its receipt', { skip }, async () => {
  await choose('1 million tokens', 'Buy');
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await page.getByRole('status').filter({ hasText: 'Thank you.' }).waitFor();
  await tokens('2,000,000');
  const row = payments().filter({ hasText: '¥500' }).filter({ hasText: 'Paid' });
  const receipt = await row.getByRole('link', { name: 'Receipt' }).getAttribute('href');
  assert.match(await (await fetch(receipt)).text(), /¥500/);
  await page.getByRole('group', { name: 'Tokens and when they end' }).getByRole('row').filter({ hasText: 'Pack' }).waitFor();
});

test('money that takes days brings its tokens when it arrives', { skip }, async () => {
  await choose('5 million tokens', 'Buy');
  await page.getByRole('button', { name: /Pay later/ }).click();
  await payments().filter({ hasText: '¥2,000' }).filter({ hasText: 'On its way' }).waitFor();
  await tokens('2,000,000');
  await atDesk('arrives', '¥2000');
  await tokens('7,000,000');
  await payments().filter({ hasText: '¥2,000' }).filter({ hasText: 'Paid' }).waitFor();
});

test('a plan brings its tokens at once and again after a month', { skip }, async () => {
  await choose('Standard', 'Subscribe');
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await page.getByText(/The next month begins on/).waitFor();
  await tokens('10,000,000');
  assert.ok(await offer('Plus').getByRole('button', { name: 'Subscribe' }).isDisabled(), 'a second plan');
  await atDesk('a month on');
  await tokens('13,000,000');
  // Balance and payments are asked for at once, and answered one after the other.
  await payments().filter({ hasText: '¥980' }).filter({ hasText: 'Paid' }).nth(1).waitFor();
  assert.equal(await payments().filter({ hasText: '¥980' }).filter({ hasText: 'Paid' }).count(), 2);
});

test('a plan is cancelled, resumed and cancelled in the portal', { skip }, async () => {
  for (const [open, press, after] of [['Manage or cancel', 'Cancel plan', /Ends on/], ['Manage or resume', 'Resume', /The next month begins on/], ['Manage or cancel', 'Cancel plan', /Ends on/]]) {
    await page.getByRole('button', { name: open }).click();
    await page.waitForURL(`${desk}/p/**`);
    await page.getByRole('button', { name: press }).click();
    await page.getByRole('link', { name: 'Return' }).click();
    await page.getByText(after).waitFor();
  }
});

test('what is given back takes its tokens along', { skip }, async () => {
  await atDesk('refund', '¥500');
  await tokens('12,000,000');
  await payments().filter({ hasText: '¥500 refunded' }).waitFor();
  await page.getByRole('group', { name: 'Transactions' }).getByRole('row').filter({ hasText: 'Refunded' }).filter({ hasText: '-1,000,000' }).waitFor();
  await accessible(page, 'what was paid');
  await page.screenshot({ path: `${shots}/shop-1440.png`, fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  await fits(page, 'the shop on a phone');
  await page.screenshot({ path: `${shots}/shop-390.png`, fullPage: true });
  assert.deepEqual(errors, []);
});
