import { afterEach, expect, test, vi } from 'vitest';
import { forwarded } from './upstream';

afterEach(() => vi.unstubAllEnvs());

const arrived = new Headers({
  'x-yoriai-viewer': '2001:db8::7',
  'x-yoriai-origin-secret': 'guess',
  'user-agent': 'browser',
  cookie: 'yoriai_session=1',
});

test('a call for somebody says for whom, with the secret that makes it believed', () => {
  vi.stubEnv('ORIGIN_SECRET', 'first');
  expect(forwarded(arrived)).toMatchObject({ 'x-yoriai-viewer': '2001:db8::7', 'x-yoriai-origin-secret': 'first', 'user-agent': 'browser' });
  vi.stubEnv('ORIGIN_SECRET', 'second');
  expect(forwarded(arrived)).toMatchObject({ 'x-yoriai-origin-secret': 'second' });
});

test('a secret that the caller says is not passed on', () => {
  vi.stubEnv('ORIGIN_SECRET', '');
  expect(forwarded(arrived)).not.toHaveProperty('x-yoriai-origin-secret');
  expect(forwarded(arrived)).not.toHaveProperty('cookie');
});
