// @vitest-environment node
import { expect, it } from 'vitest';
import { withWishes } from './reacting';

it('shows what I have just wished, and once only when it is stored', () => {
  const stored = [{ emoji: '👍', count: 2, mine: true, users: [] }, { emoji: '🎉', count: 1, mine: false, users: [] }];
  expect(withWishes(stored, [])).toBe(stored);
  expect(withWishes(stored, [['👍', true]])).toBe(stored);
  expect(withWishes(stored, [['👍', false]])[0]).toEqual({ emoji: '👍', count: 1, mine: false, users: [] });
  expect(withWishes(stored, [['🎉', true]])[1]).toEqual({ emoji: '🎉', count: 2, mine: true, users: [] });
  expect(withWishes(stored, [['🐙', true]])[2]).toEqual({ emoji: '🐙', count: 1, mine: true, users: [] });
  expect(withWishes([{ emoji: '🐙', count: 1, mine: true, users: [] }], [['🐙', false]])).toEqual([]);
});
