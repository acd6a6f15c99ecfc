// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { parse } from './parser';
import { Sections } from './sections';

const html = (text: string) => parse(text, 'model').map((token) => `${token.type} ${token.content} ${(token.children ?? []).map((child) => `${child.type}:${child.content}${child.attrGet('href') ?? ''}`).join('|')}`).filter((line) => !/_(?:open|close) /.test(line));
const words = (n: number) => 'word '.repeat(n);
const long = [
  '# One', words(300), '```js\nlet a;\n\nlet b;\n\n'.concat('x();\n\n'.repeat(400), '```'), words(500), '- a\n\n  inside\n\n- b', words(500), '$$\na\n\nb\n$$', words(450), '> quote\n> more', words(450),
  '| a | b |\n|---|---|\n| 1 | 2 |', words(450), '````md\n```\n\n```\n````', words(450), '    indented\n\n    code', words(450), 'see [it] and [that][it]', words(450), '[it]: https://example.com/it', 'end',
].join('\n\n');

describe('sections of a text', () => {
  it('mean the same as the whole', () => {
    const parts = new Sections().of(long);
    expect(parts.length).toBeGreaterThan(6);
    expect(parts.flatMap(html)).toEqual(html(long));
  });

  it('are the same however the text came', () => {
    for (const step of [1, 7, 333]) {
      const growing = new Sections();
      for (let end = step; end < long.length; end += step) growing.of(long.slice(0, end));
      expect(growing.of(long)).toEqual(new Sections().of(long));
    }
  });

  it('stay what they are while the text grows', () => {
    const sections = new Sections();
    const before = sections.of(long.slice(0, 12_000)).slice(0, -1);
    expect(before.length).toBeGreaterThan(2);
    expect(sections.of(long.slice(0, 20_000)).slice(0, before.length)).toEqual(before);
  });

  it('begin anew with another text', () => {
    const sections = new Sections();
    sections.of(long);
    expect(sections.of('short')).toEqual(['short']);
    expect(sections.of('')).toEqual(['']);
  });

  it('cut a list that has no blank line', () => {
    const list = Array.from({ length: 400 }, (_, i) => `${i + 1}. an item of a list`).join('\n');
    const parts = new Sections().of(list);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.join('')).toBe(list);
  });
});
