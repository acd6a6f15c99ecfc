// What models draw and reckon, under the page's own policy.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, device, launch, logIn, openRoom, shots, until } from './browser.mjs';
import { newName, Person } from './cloud.mjs';

const DIAGRAMS = `\`\`\`mermaid
graph TD
  A[開始] --> B{選ぶ}
  B -->|はい| C[終わり]
\`\`\`

\`\`\`mermaid
sequenceDiagram
  Alice->>Bob: Hello
  Note right of Bob: thinks
\`\`\`

\`\`\`mermaid
graph TD
  A[ -->
\`\`\``;

let browser, one, page, writer, roomId;

before(async () => {
  writer = await Person.register(newName('draw'));
  roomId = await writer.makeRoom('Drawings');
  browser = await launch();
  one = await device(browser);
  page = one.page;
  await logIn(page, writer.username);
});
after(async () => {
  await browser?.close();
});

test('diagrams are drawn in their own size, in both lights, and a broken one stays as it was written', async () => {
  await writer.write(roomId, DIAGRAMS);
  await openRoom(page, roomId);
  const drawn = () => [...document.querySelectorAll('[role=log] figure img')].filter(({ complete, naturalWidth }) => complete && naturalWidth > 0).length === 2;
  await until(page, drawn);
  const [flow, sequence] = await page.evaluate(() => [...document.querySelectorAll('[role=log] figure img')].map(({ src, width, height }) => ({ src, width, height })));
  // As wide as four words, not as the column.
  assert.ok(flow.width < 300 && flow.height > flow.width, JSON.stringify([flow.width, flow.height]));
  assert.ok(sequence.width > flow.width && sequence.width > sequence.height, JSON.stringify([sequence.width, sequence.height]));
  assert.ok(decodeURIComponent(flow.src).includes('<style>'), 'nothing in it tells the page’s nonce');
  await page.locator('figure', { hasText: 'A[ -->' }).locator('pre').waitFor();
  await page.screenshot({ path: `${shots}/diagrams-light.png` });
  await page.emulateMedia({ colorScheme: 'dark' });
  await until(page, (before) => document.querySelector('[role=log] figure img')?.src !== before, flow.src);
  await page.screenshot({ path: `${shots}/diagrams-dark.png` });
  await page.emulateMedia({ colorScheme: 'light' });
  assert.deepEqual(one.errors, []);
});

test('formulas are set, and money stays money', async () => {
  await writer.write(roomId, 'So \\(x^2\\) is what $5 and $10 are not.\n\n$$\n\\frac{a}{b}\n$$');
  await page.locator('.katex-display').waitFor();
  await page.getByRole('log').getByText('is what $5 and $10 are not.').waitFor();
  await accessible(page, 'a room with diagrams and formulas');
  assert.deepEqual(one.errors, []);
});
