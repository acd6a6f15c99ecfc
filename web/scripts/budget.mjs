// How much JavaScript a page asks for before anything is done on it, gzipped, against what it may be. Run after every build.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { gzipSync } from 'node:zlib';

/** In KiB. Of each, 129 are React's and the router's own, which no page here can do without. */
const budgets = { '(auth)/login': 160, '(auth)/register': 160, '(rooms)/rooms/[roomId]': 250 };

const build = path.resolve(import.meta.dirname, '../.next');
const { rootMainFiles } = JSON.parse(readFileSync(path.join(build, 'build-manifest.json'), 'utf8'));

/** The scripts that the page's HTML names. */
function scripts(page) {
  const context = { globalThis: {} };
  vm.runInNewContext(readFileSync(path.join(build, 'server/app', page, 'page_client-reference-manifest.js'), 'utf8'), context);
  const [manifest] = Object.values(context.globalThis.__RSC_MANIFEST);
  return new Set([...rootMainFiles, ...Object.values(manifest.entryJSFiles).flat()]);
}

let over = false;
for (const [page, budget] of Object.entries(budgets)) {
  const bytes = [...scripts(page)].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(build, file))).length, 0);
  const size = Math.round(bytes / 1024);
  over ||= size > budget;
  console.log(`${size > budget ? 'OVER ' : ''}${page}: ${size} of ${budget} KiB of JavaScript`);
}
if (over) {
  console.error('A page asks for more JavaScript than its budget allows: load what it does not need at first when it is needed.');
  process.exit(1);
}
