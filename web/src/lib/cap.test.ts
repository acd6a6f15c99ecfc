import { expect, it } from 'vitest';
import { capOf } from './cap';

it.each([
  ['', null], ['  ', null], ['0', 0], ['12,000', 12_000], ['１２０００', 12_000], ['1000000000000000', 1_000_000_000_000_000],
  ['1000000000000001', undefined], ['-1', undefined], ['1.5', undefined], ['1e3', undefined], ['many', undefined],
])('%j is %s', (text, cap) => expect(capOf(text)).toBe(cap));
