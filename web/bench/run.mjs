// Measures a production build in Chromium and prints a table. `node bench/run.mjs [build …]`: by default the build of this tree;
// several, as one from before a change, stand side by side. BENCH_MINUTES says how long answers stream for the figure of memory.
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { browserProgram } from '../../scripts/browser/browser.mjs';
import { memory, opening, scriptsOf, streaming, typing } from './figures.mjs';
import { room, serve } from './server.mjs';
import { markdown } from './texts.mjs';

const builds = process.argv.slice(2);
if (builds.length === 0) builds.push(path.resolve(import.meta.dirname, '../.next/standalone'));
const minutes = Number(process.env.BENCH_MINUTES ?? 2);
const port = Number(process.env.BENCH_PORT ?? 20_810);
const gzip = (body) => gzipSync(body).length;
const short = Array.from({ length: 20 }, (_, i) => ({ content: `Message ${i}: ${markdown(200)}`, ai: i % 2 === 1 }));
const long = markdown(28_000);

const rows = new Map();
for (const [n, build] of builds.entries()) {
  const note = (figure, goal, value) => {
    if (!rows.has(figure)) rows.set(figure, { goal, values: [] });
    rows.get(figure).values[n] = value;
    console.error(`${build}: ${figure}: ${value}`);
  };
  // A figure that a build cannot give, as one that never ends, is one too.
  const tried = async (figure, work) => {
    try {
      await work();
    } catch (error) {
      note(figure, '', `none: ${String(error).slice(0, 60)}`);
    }
  };
  const plain = room(1, 'Plain', short);
  const heavy = room(2, 'Heavy', Array.from({ length: 5 }, () => ({ content: long })));
  const rooms = [plain, heavy, ...Array.from({ length: 6 }, (_, i) => room(3 + i, `Live ${i}`, short.slice(0, 4)))];
  const live = rooms.slice(2);
  const server = await serve(build, rooms, port);
  const browser = await chromium.launch({
    executablePath: browserProgram(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    await opening(browser, server, 1, plain.id, gzip);
    note('log-in page, JavaScript', '', `${await scriptsOf(browser, server, '/login', gzip)} KiB`);
    for (const slow of [1, 4]) {
      const speed = slow === 1 ? '' : `, CPU ÷ ${slow}`;
      await tried(`room of 20 messages${speed}`, async () => {
        const opened = await opening(browser, server, slow, plain.id, gzip);
        if (slow === 1) note('room, JavaScript', '', `${opened.script} KiB`);
        note(`room of 20 messages${speed}: LCP`, '≤ 1.5 s', `${opened.lcp} ms`);
        note(`room of 20 messages${speed}: alive`, slow === 4 ? '≤ 2.5 s' : '', `${opened.alive} ms`);
      });
      await tried(`room of 140 KB of Markdown${speed}`, async () => {
        const opened = await opening(browser, server, slow, heavy.id, gzip);
        note(`room of 140 KB of Markdown${speed}: alive`, slow === 1 ? '≤ 1.5 s' : '', `${opened.alive} ms`);
        note(`room of 140 KB of Markdown${speed}: longest task`, '', `${opened.task} ms, ${opened.nodes} elements`);
      });
      await tried(`150 KB of Markdown stream in 15 s${speed}`, async () => {
        const streamed = await streaming(browser, server, slow, live[slow === 1 ? 0 : 1], markdown(150_000));
        note(`150 KB of Markdown stream in 15 s${speed}: longest task`, slow === 4 ? '≤ 100 ms' : '', `${streamed.task} ms (${streamed.over} over 100)`);
        note(`150 KB of Markdown stream in 15 s${speed}: shown after`, '', `${streamed.shown} s`);
      });
      await tried(`keys at 400 characters/s on 100 KB${speed}`, async () => {
        const typed = await typing(browser, server, slow, live[slow === 1 ? 2 : 3], markdown(110_000));
        note(`keys at 400 characters/s on 100 KB${speed}: echo, median / worst`, '≤ 100 ms', `${typed.echo} / ${typed.worst} ms`);
      });
    }
    await tried('memory', async () => {
      const held = await memory(browser, server, live[4], markdown(4_000), minutes);
      note(`heap after half and after all of ${minutes} min of streams`, 'flat', `${held.early} → ${held.late} MB (${held.streams} answers of 4 KB, ${held.nodes} elements)`);
    });
  } finally {
    await browser.close();
    await server.stop();
  }
}

console.log(`| figure | goal | ${builds.length === 1 ? 'seen' : builds.map((build) => path.basename(path.resolve(build))).join(' | ')} |`);
console.log(`|---|---|${builds.map(() => '---').join('|')}|`);
for (const [figure, { goal, values }] of rows) console.log(`| ${figure} | ${goal} | ${builds.map((_, n) => values[n] ?? '').join(' | ')} |`);
