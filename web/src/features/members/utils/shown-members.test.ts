import { expect, it } from 'vitest';
import type { Member, MemberPage } from '@/lib/protocol/types';
import { inOrder, shownMembers } from './shown-members';

const member = (id: string, role: Member['role'] = 'member', more: Partial<Member> = {}): Member => ({
  user: { id, username: id, display_name: '', locale: 'en', created_at: '2026-01-01T00:00:00.000Z' }, role, joined_at: '2026-01-01T00:00:00.000Z', event: 1, ...more,
});
const page = (items: Member[], next_cursor: string | null = null): MemberPage => ({ items, next_cursor, total: items.length, latest_event: 1, user_event: 1 });
const ids = (members: readonly Member[]) => members.map(({ user }) => user.id);

it('takes roles and who is there from the live view, presence and caps from the pages', () => {
  const held = [member('a', 'admin'), member('c')];
  const shown = shownMembers(held, [page([member('a', 'member', { online: true, monthly_cap: 5 }), member('b', 'member', { online: true })])]);
  expect(ids(shown)).toEqual(['a', 'c']);
  expect(shown[0]).toMatchObject({ role: 'admin', online: true, monthly_cap: 5 });
  expect(shown[1]!.online).toBeUndefined();
});

it('shows no further than the pages go, and everybody before the first has come', () => {
  const held = ['a', 'b', 'c', 'd'].map((id) => member(id));
  expect(ids(shownMembers(held, [page([member('a'), member('b')], 'b')]))).toEqual(['a', 'b']);
  expect(ids(shownMembers(held, [page([member('a'), member('b')], 'b'), page([member('c')])]))).toEqual(['a', 'b', 'c', 'd']);
  expect(ids(shownMembers(held, []))).toEqual(['a', 'b', 'c', 'd']);
});

it('puts me first, then roles from the top, then names', () => {
  expect(ids(inOrder([member('z', 'reader'), member('y'), member('x'), member('w', 'master'), member('me', 'guest')], 'me'))).toEqual(['me', 'w', 'x', 'y', 'z']);
});
