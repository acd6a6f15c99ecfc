// @vitest-environment node
import { expect, it } from 'vitest';
import { fullTime, listTime, timeOfDay } from './time';

it('calls midnight 0, in both languages and everywhere alike', () => {
  const midnight = new Date(2026, 0, 1, 0, 5);
  expect(timeOfDay(midnight, 'en')).toBe('00:05');
  expect(timeOfDay(midnight, 'ja')).toBe('0:05');
  expect(fullTime(midnight, 'en')).toMatch(/00:05$/);
  expect(fullTime(midnight, 'ja')).toMatch(/0:05$/);
  expect(listTime(midnight, midnight, 'en')).toBe('00:05');
  expect(timeOfDay(new Date(2026, 0, 1, 23, 59), 'en')).toBe('23:59');
});
