// What is measured of one build: each figure in a fresh browser profile, at the CPU's own speed or slowed down.
import { setTimeout as sleep } from 'node:timers/promises';

/** Long tasks, LCP and how late keys show: asked of the page itself. */
const WATCH = () => {
  window.watch = { tasks: [], lcp: 0, alive: 0, echoes: [] };
  const look = () => {
    if (document.querySelector('main[data-live=true]')) window.watch.alive = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.watch.tasks.push(entry.duration); }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.watch.lcp = entry.startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
  // From the key to the frame that shows it: event timing's durations include the paint.
  addEventListener('keydown', (event) => {
    const pressed = event.timeStamp;
    requestAnimationFrame(() => setTimeout(() => window.watch.echoes.push(performance.now() - pressed)));
  }, true);
};

export async function visit(browser, server, slow, where) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US', baseURL: server.origin });
  const claims = Buffer.from(JSON.stringify({ exp: 4_000_000_000 })).toString('base64url');
  if (where !== '/login') await context.addCookies([{ name: 'yoriai_session', value: `x.${claims}.x`, url: server.origin }]);
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slow });
  const scripts = new Map();
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.set(response.url(), response.body().catch(() => Buffer.alloc(0)));
  });
  await page.goto(where);
  return { context, page, devtools, scripts };
}

const until = async (page, holds, argument, patience = 45_000) => {
  const end = performance.now() + patience;
  while (!(await page.evaluate(holds, argument))) {
    if (performance.now() > end) throw new Error(`waited in vain: ${holds}`);
    // Seldom: asking takes the page's own time.
    await sleep(200);
  }
};
const alive = (page) => until(page, () => window.watch.alive > 0);
const worst = (numbers) => Math.round(Math.max(0, ...numbers));
const median = (numbers) => Math.round([...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0);

/** Opening a room: bytes of script, when the largest thing stood there, when it answered, its longest task. */
export async function opening(browser, server, slow, roomId, gzip) {
  const { context, page, scripts } = await visit(browser, server, slow, `/rooms/${roomId}`);
  await alive(page);
  await sleep(1_000);
  const bodies = await Promise.all(scripts.values());
  const { tasks, lcp, alive: aliveAt } = await page.evaluate(() => window.watch);
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  await context.close();
  return { script: Math.round(bodies.reduce((sum, body) => sum + gzip(body), 0) / 1024), lcp: Math.round(lcp), alive: Math.round(aliveAt), task: worst(tasks), nodes };
}

export async function scriptsOf(browser, server, where, gzip) {
  const { context, page, scripts } = await visit(browser, server, 1, where);
  await page.waitForLoadState('networkidle');
  const bodies = await Promise.all(scripts.values());
  await context.close();
  return Math.round(bodies.reduce((sum, body) => sum + gzip(body), 0) / 1024);
}

/** Keys while an answer that has a length already grows by 400 characters a second. */
export async function typing(browser, server, slow, held, text) {
  const { context, page } = await visit(browser, server, slow, `/rooms/${held.id}`);
  await alive(page);
  await until(page, () => document.querySelector('textarea') !== null);
  while (!server.watched) await sleep(20);
  await sleep(500);
  const answer = server.begin(held);
  const length = text.length - 10_000;
  for (let i = 0; i < length; i += 5_000) answer.add(text.slice(i, Math.min(length, i + 5_000)));
  await sleep(3_000 * slow);
  await page.locator('textarea').first().focus();
  await page.evaluate(() => {
    window.watch.tasks = [];
    window.watch.echoes = [];
  });
  let at = length;
  const timer = setInterval(() => {
    if (at < text.length) answer.add(text.slice(at, (at += 40)));
  }, 100);
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('x');
    await sleep(200);
  }
  clearInterval(timer);
  await sleep(500);
  const { tasks, echoes } = await page.evaluate(() => window.watch);
  answer.end();
  await context.close();
  return { echo: median(echoes), worst: worst(echoes), task: worst(tasks) };
}

/** 150 KB of Markdown in pieces of 50 characters, 5 ms apart. */
export async function streaming(browser, server, slow, held, text) {
  const { context, page } = await visit(browser, server, slow, `/rooms/${held.id}`);
  await alive(page);
  while (!server.watched) await sleep(20);
  await sleep(1_000);
  await page.evaluate(() => (window.watch.tasks = []));
  const answer = server.begin(held);
  const begun = performance.now();
  for (let i = 0; i < text.length; i += 50) {
    answer.add(text.slice(i, i + 50));
    const ahead = begun + (i / 50) * 5 - performance.now();
    if (ahead > 0) await sleep(ahead);
  }
  answer.end();
  await until(page, () => [...document.querySelectorAll('article[aria-busy]')].at(-1)?.getAttribute('aria-busy') === 'false', undefined, 200_000);
  const shown = performance.now() - begun;
  const { tasks } = await page.evaluate(() => window.watch);
  await context.close();
  return { task: worst(tasks), over: tasks.filter((task) => task > 100).length, shown: Math.round(shown / 100) / 10 };
}

/** The heap after so many minutes of streams, against that after half of them. */
export async function memory(browser, server, held, text, minutes) {
  const { context, page, devtools } = await visit(browser, server, 1, `/rooms/${held.id}`);
  await alive(page);
  while (!server.watched) await sleep(20);
  await sleep(1_000);
  const heap = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    return Math.round(usedSize / 104_857.6) / 10;
  };
  const end = performance.now() + minutes * 60_000;
  let [streams, early] = [0, 0];
  while (performance.now() < end) {
    const answer = server.begin(held);
    for (let i = 0; i < text.length; i += 200) {
      answer.add(text.slice(i, i + 200));
      await sleep(4);
    }
    answer.end();
    await sleep(50);
    streams++;
    if (early === 0 && performance.now() > end - 0.5 * minutes * 60_000) early = await heap();
  }
  const late = await heap();
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  await context.close();
  return { streams, early, late, nodes };
}
