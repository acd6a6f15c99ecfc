// @vitest-environment node
import { expect, it } from 'vitest';
import type { Member } from '@/lib/protocol/types';
import { candidates, completed, queryAt } from './mention-completion';
import { mentionWishes } from './mention-wishes';

const member = (id: string, username: string, display_name: string) => ({ user: { id, username, display_name }, role: 'member' }) as Member;
const members = [member('1', 'mei', '芽衣'), member('2', 'mei-chan', 'Mei Chan'), member('3', 'ben', 'Ben')];

it('names people by id, each once, and nobody in code, links and mail addresses', () => {
  expect(mentionWishes('@mei, @Ben and @mei', members, 'member')).toEqual([{ kind: 'user', user_id: '1' }, { kind: 'user', user_id: '3' }]);
  expect(mentionWishes('こんにちは@meiさん', members, 'member')).toEqual([{ kind: 'user', user_id: '1' }]);
  expect(mentionWishes('@mei-chan', members, 'member')).toEqual([{ kind: 'user', user_id: '2' }]);
  for (const text of ['`@mei`', '```\n@mei\n```', '[@mei](https://example.com)', 'mail@mei.example', 'x-@mei', '@meiko', `@${'mei'.repeat(20)}`, 'mei']) {
    expect(mentionWishes(text, members, 'member'), text).toEqual([]);
  }
});

it('names everybody for those who may, and the AI', () => {
  expect(mentionWishes('@all @ai', members, 'admin')).toEqual([{ kind: 'ai' }, { kind: 'all' }]);
  expect(mentionWishes('@all', members, 'member')).toEqual([]);
});

it('completes the name at the caret, also behind Japanese letters and a wide @', () => {
  expect(queryAt('hello @me', 9)).toEqual({ from: 6, query: 'me' });
  expect(queryAt('こんにちは＠め', 7)).toEqual({ from: 5, query: 'め' });
  expect(queryAt('mail@me', 7)).toBeNull();
  expect(queryAt('@mei and', 8)).toBeNull();
  expect(completed('hi ＠めい!', { from: 3, query: 'めい' }, 'mei')).toEqual({ text: 'hi @mei !', caret: 8 });
});

it('finds people by their names, whole beginnings first, and offers @ai and @all to those who may', () => {
  const options = { myId: '3', role: 'admin' as const };
  expect(candidates('me', members, options).map(({ name }) => name)).toEqual(['mei', 'mei-chan']);
  expect(candidates('芽', members, options).map(({ name }) => name)).toEqual(['mei']);
  expect(candidates('chan', members, options).map(({ name }) => name)).toEqual(['mei-chan']);
  expect(candidates('', members, options).map(({ name }) => name)).toEqual(['ai', 'all', 'mei', 'mei-chan']);
  expect(candidates('a', members, { ...options, role: 'guest' }).map(({ name }) => name)).toEqual(['mei-chan']);
});
