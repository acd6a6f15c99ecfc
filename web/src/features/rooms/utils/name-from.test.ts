import { describe, expect, it } from 'vitest';
import { nameFrom } from './name-from';

describe('a room’s name from its first words', () => {
  it.each([
    ['Plan a weekend in Kyoto', 'Plan a weekend in Kyoto'],
    ['@ai where shall we **stay**?', 'where shall we stay?'],
    ['\n\n  first line\nsecond line', 'first line'],
    ['Please explain to me how a compiler turns text into a program', 'Please explain to me how a compiler…'],
    ['京都で過ごす二泊三日の旅行について、予算と宿と食べたいものを踏まえて計画を立ててください', '京都で過ごす二泊三日の旅行について、予算と宿と食べたいものを踏まえて計画を立てて…'],
    [`${'👨‍👩‍👧‍👦'.repeat(45)}`, `${'👨‍👩‍👧‍👦'.repeat(5)}…`],
    ['\u200b\u200b', '…'],
  ])('%j becomes %j', (text, name) => {
    expect(nameFrom(text)).toBe(name);
  });
});
