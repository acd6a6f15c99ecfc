import { expect, it } from 'vitest';
import { purgeAll } from './browser';

it('leaves nothing of one person to the next, in this tab neither', () => {
  localStorage.setItem('yoriai.draft', 'mine');
  sessionStorage.setItem('yoriai.join', 'a token');
  sessionStorage.setItem('other', 'stays');
  purgeAll();
  expect([localStorage.getItem('yoriai.draft'), sessionStorage.getItem('yoriai.join'), sessionStorage.getItem('other')]).toEqual([null, null, 'stays']);
});
