// A browser against the running local cloud, and what the journeys share.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { browserProgram } from '../../../scripts/browser/browser.mjs';
import { base, password } from './cloud.mjs';

/** How long anything may take before it counts as never: noisy machines have slow minutes. Milliseconds. */
const PATIENCE = 60_000;

export const shots = path.resolve(import.meta.dirname, '../../test-results');
mkdirSync(shots, { recursive: true });

export function launch() {
  return chromium.launch({
    executablePath: browserProgram(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-smooth-scrolling'],
  });
}

/** A fresh profile; whatever breaks on its pages is collected. */
export async function device(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US', baseURL: base, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Hydration|hydrat/i.test(message.text())) errors.push(message.text());
  });
  return { context, page, errors };
}

/**
 * Opens a page and waits until it answers: a press on what the server drew, before the page's scripts hold it, is lost. There is no
 * other sign of that than what React leaves on the elements it holds.
 */
export async function visit(page, path, selector) {
  await page.goto(path);
  await alive(page, selector);
}

export const alive = (page, selector) =>
  until(page, (wanted) => Object.keys(document.querySelector(wanted) ?? {}).some((key) => key.startsWith('__reactProps')), selector);

/** One's rooms, with the box that begins another. */
export const openStart = (page) => visit(page, '/rooms', '#message-box');

export async function register(page, username) {
  await visit(page, '/register', 'form button[type=submit]');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('E-mail').fill(`${username}@example.com`);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/rooms');
  await alive(page, '#message-box');
}

export async function logIn(page, username) {
  await visit(page, '/login', 'form button[type=submit]');
  await page.getByLabel('Username or e-mail').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL('**/rooms');
  await alive(page, '#message-box');
}

/** Makes a room answered by the scripted provider, and waits until it is on screen. Answers its id. */
export async function makeRoom(page, name) {
  await page.getByRole('link', { name: 'New room' }).first().click();
  await page.getByRole('button', { name: 'Name a room first' }).click();
  const dialog = page.getByRole('dialog', { name: 'Name a room first' });
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Model').click();
  await page.getByRole('combobox', { name: 'Search models' }).fill('scripted');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Create room' }).click();
  await page.waitForURL(/\/rooms\/[0-9a-f-]{36}/);
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.locator('main[data-live=true]').waitFor();
  return page.url().split('/').at(-1);
}

export async function openRoom(page, roomId) {
  await page.goto(`/rooms/${roomId}`);
  await page.locator('main[data-live=true]').waitFor();
}

export async function write(page, text) {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

/** In the page: whether its person has read a room as far as a message, as the API knows it. */
export const isRead = async ([roomId, messageId]) => (await (await fetch(`/api/rooms/${roomId}`)).json()).last_read_message_id >= messageId;

/** The newest answer. */
export function answer(page) {
  return page.locator('article[aria-busy]').last();
}

/**
 * Waits until the newest row is an answer that has ended so. Below a question whose answer is not there yet stands nothing: the one
 * before does not count. Rows of a virtual list stand in the DOM in any order: the lowest is the newest.
 */
export const settled = (page, status) =>
  until(page, (wanted) => {
    const rows = [...document.querySelectorAll('[role=log] article')];
    const lowest = rows.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).at(-1);
    return lowest?.matches(`[aria-busy=false][data-status=${wanted}]`);
  }, status, 120_000);

/** Text of the answer as a person reads it. */
export const textOf = (page) => answer(page).locator('.md').innerText();

/**
 * Asks axe about the page as it stands, in both lights. An open menu stands outside of all landmarks, as a dialog does; axe's rule
 * of regions knows that of dialogs alone, so menus are asked without it. Nor does it know that a long menu is scrolled by its arrow keys.
 */
export async function accessible(page, what, without = []) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    // What is still fading in has not the contrast that it will have. What breathes or beats never ends.
    await until(page, () => document.getAnimations().every((animation) => animation.effect?.getTiming().iterations === Infinity));
    const { violations } = await new AxeBuilder({ page }).disableRules(without).analyze();
    assert.deepEqual(violations.map(({ id, nodes }) => `${what}, ${colorScheme}: ${id}: ${nodes.map((node) => node.target).join(' ')}`), []);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Nothing may be wider than the screen. */
export async function fits(page, what) {
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${what} is wider than the screen`);
}

/** Waits until a function is true of the page. Playwright's own would need eval, which the page's policy forbids. */
export async function until(page, holds, argument, patience = PATIENCE) {
  const end = Date.now() + patience;
  while (!(await page.evaluate(holds, argument).catch(betweenPages))) {
    if (Date.now() > end) throw new Error(`waited in vain: ${holds}; the title is ${JSON.stringify(await page.title())}`);
    await page.waitForTimeout(60);
  }
}

/** Nothing is true of a page that is just being left for another. */
function betweenPages(error) {
  if (!/context was destroyed|navigating|navigation/i.test(error.message)) throw error;
  return false;
}
