// @vitest-environment node
import { expect, it } from 'vitest';
import { TextRows } from './text-rows';

const paragraph = `${'word '.repeat(80)}\n\n`;

it('cuts a long text into rows that together are the text', () => {
  const text = paragraph.repeat(100);
  const rows = new TextRows().of('a', text);
  expect(rows.length).toBeGreaterThan(4);
  expect(rows.join('')).toBe(text);
  expect(Math.max(...rows.map((row) => row.length))).toBeLessThan(10_000);
  expect(new TextRows().of('a', paragraph)).toEqual([paragraph]);
});

it('keeps what stands above while the text grows', () => {
  const texts = new TextRows();
  const before = texts.of('a', paragraph.repeat(50));
  const after = texts.of('a', paragraph.repeat(90));
  expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  expect(texts.of('b', 'x')).toEqual(['x']);
});
