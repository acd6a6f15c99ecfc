// @vitest-environment node
import { expect, it } from 'vitest';
import { holds, NO_FILTERS, pieces, wantedOf } from './query';

const filters = { ...NO_FILTERS, roomId: null };

it('asks only for what can be found', () => {
  expect(wantedOf('', filters)).toBeNull();
  expect(wantedOf('  ?! ', filters)).toBeNull();
  expect(wantedOf(' 京 ', filters)).toEqual({ query: '京' });
  expect(wantedOf('🦑', filters)).toEqual({ query: '🦑' });
  expect([...wantedOf('猫'.repeat(300), filters)!.query]).toHaveLength(200);
});

it('asks for one room, one sender or the AI, and whole days of the reader', () => {
  expect(wantedOf('a', { ...filters, roomId: 'r', senderId: 's' })).toEqual({ query: 'a', room_id: 'r', sender_id: 's' });
  expect(wantedOf('a', { ...filters, senderId: 's', fromAi: true })).toEqual({ query: 'a', from_ai: true });
  const day = wantedOf('a', { ...filters, since: '2026-11-30', till: '2026-11-30' })!;
  expect(Date.parse(day.till!) - Date.parse(day.since!)).toBe(86_400_000);
  expect(wantedOf('a', { ...filters, since: '2026-12-01', till: '2026-11-30' })).toBeNull();
});

it('cuts a text at what was found, by code points', () => {
  expect(pieces('🦑 eats 寿司', [{ start: 7, end: 9 }, { start: 0, end: 1 }])).toEqual([{ text: '🦑', found: true }, { text: ' eats ', found: false }, { text: '寿司', found: true }]);
  expect(pieces('plain', [])).toEqual([{ text: 'plain', found: false }]);
});

it('finds names by parts, whatever their case and width', () => {
  expect(holds('Kyoto trip', 'ＴＲＩＰ kyo')).toBe(true);
  expect(holds('京都旅行', '旅')).toBe(true);
  expect(holds('Kyoto', 'nara')).toBe(false);
});
