// `next build` leaves what the browser loads outside of .next/standalone; the server expects it beside itself.
import { cpSync, existsSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const standalone = new URL('.next/standalone/', root);
if (!existsSync(new URL('server.js', standalone))) {
  console.error('.next/standalone/server.js is missing: next.config.ts must keep output: "standalone"');
  process.exit(1);
}
cpSync(new URL('.next/static', root), new URL('.next/static', standalone), { recursive: true });
if (existsSync(new URL('public', root))) {
  cpSync(new URL('public', root), new URL('public', standalone), { recursive: true });
}
