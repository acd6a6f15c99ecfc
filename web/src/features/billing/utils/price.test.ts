import { expect, test } from 'vitest';
import { price } from './price';

test('yen have no decimals, dollars have two, in the reader’s own way', () => {
  expect(price(980, 'jpy', 'en')).toBe('¥980');
  expect(price(2980, 'jpy', 'ja')).toBe('￥2,980');
  expect(price(980, 'usd', 'en')).toBe('$9.80');
  expect(price(123456, 'eur', 'en')).toBe('€1,234.56');
});
