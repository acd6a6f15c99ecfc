import { describe, expect, it } from 'vitest';
import { codePointsOf, cut, isVisible, oneLine } from './graphemes';

const FAMILY = '👨‍👩‍👧‍👦';

describe('text as people count it', () => {
  it('never cuts a character in two', () => {
    expect(cut(`${'a'.repeat(97)}${FAMILY}`, 100)).toBe('a'.repeat(97));
    expect(cut(`${'a'.repeat(93)}${FAMILY}`, 100)).toBe(`${'a'.repeat(93)}${FAMILY}`);
    expect(cut('が'.normalize('NFD').repeat(60), 100)).toBe('が'.normalize('NFD').repeat(50));
    expect(cut('𠮷'.repeat(101), 100)).toBe('𠮷'.repeat(100));
  });

  it('counts what the API counts', () => {
    expect(codePointsOf(`a𠮷${FAMILY}`)).toBe(9);
  });

  it.each([['\u200b\u200b', false], [' \u3000\u00a0', false], ['\u2800', false], ['\u{e0041}', false], ['\u202e\u2066', false], ['\u200bKyoto', true], ['京都', true], [FAMILY, true], ['-', true]])('tells whether %j shows anything', (text, visible) => {
    expect(isVisible(text)).toBe(visible);
  });

  it('keeps a name in one line', () => {
    expect(oneLine(' line\nbreak\t and\u3000more ')).toBe('line break and more');
  });
});
