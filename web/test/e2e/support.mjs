// What the end-to-end tests share: a browser, an account, a room that the scripted provider answers, and the local cloud's
// own processes.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const endpointsFile = process.env.YORIAI_ENDPOINTS ?? fileURLToPath(new URL('../../../.local/endpoints.json', import.meta.url));
export const endpoints = JSON.parse(readFileSync(endpointsFile, 'utf8'));
const pictures = fileURLToPath(new URL('../../test-results/', import.meta.url));
mkdirSync(pictures, { recursive: true });

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** Registers somebody through the page, and leaves them on their rooms. */
export async function register(browser, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.errors = [];
  page.on('pageerror', (error) => page.errors.push(String(error)));
  const name = `aki-${randomUUID().slice(0, 8)}`;
  await page.goto(`${endpoints.web}/register`);
  await page.getByLabel('Username').fill(name);
  await page.getByLabel('E-mail').fill(`${name}@example.com`);
  await page.getByLabel('Password').fill('a long password');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/rooms', { timeout: 60_000 });
  return { context, page, name };
}

/** Makes a room through the page; the scripted provider answers in it, so that a test knows what comes. */
export async function makeRoom(page, name) {
  await page.getByRole('button', { name: 'New room' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Create room' }).click();
  await page.waitForURL(/\/rooms\/[0-9a-f-]{36}/, { timeout: 60_000 });
  const roomId = page.url().match(/rooms\/([0-9a-f-]{36})/)[1];
  const status = await page.evaluate(async (id) => {
    const answer = await fetch(`/api/rooms/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'x-yoriai-csrf': '1' },
      body: JSON.stringify({ ai_provider: 'scripted', ai_model: 'scripted' }),
    });
    return answer.status;
  }, roomId);
  if (status !== 200) throw new Error(`choosing the scripted model answered ${status}`);
  return roomId;
}

export function composer(page) {
  return page.getByRole('textbox', { name: 'Message', exact: true });
}

export async function send(page, text) {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** The newest answer on the page. */
export function answer(page) {
  return page.locator('article[data-status]').filter({ hasText: /scripted/i }).last();
}

export async function answerIs(page, status, timeout = 60_000) {
  await page.waitForFunction((want) => {
    const all = [...document.querySelectorAll('article[data-status]')];
    return all.at(-1)?.dataset.status === want;
  }, status, { timeout });
}

export async function answerSays(page, text, timeout = 60_000) {
  await page.waitForFunction((want) => [...document.querySelectorAll('article[data-status]')].at(-1)?.textContent.includes(want), text, { timeout });
}

export function picture(page, name) {
  return page.screenshot({ path: `${pictures}${name}.png` });
}

/** The processes of one function of this very cloud: another cloud on this machine keeps its own. */
export function processesOf(functionName) {
  const port = new URL(endpoints.aws).port;
  const found = [];
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    let environment;
    try {
      environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    } catch {
      continue; // ended meanwhile, or somebody else's
    }
    if (environment.includes(`AWS_LAMBDA_FUNCTION_NAME=${functionName}\0`) && environment.includes(`:${port}`)) found.push(Number(pid));
  }
  return found;
}
