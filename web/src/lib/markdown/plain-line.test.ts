// @vitest-environment node
import { expect, it } from 'vitest';
import { plainLine } from './plain-line';

it('says on one line what a text says', () => {
  expect(plainLine('# Plan\n\n1. **Gion**, early\n2. `code`\n\n```js\nlet a;\n```\n[there](https://example.com)', 'model')).toBe('Plan Gion, early code let a; there');
  expect(plainLine('\\(x^2\\) は\n二乗', 'model')).toBe('x^2 は 二乗');
});

it('loses nothing of what people wrote', () => {
  expect(plainLine('2*3*4*5 と __init__ と C:\\_tmp', 'person')).toBe('2*3*4*5 と __init__ と C:\\_tmp');
});
