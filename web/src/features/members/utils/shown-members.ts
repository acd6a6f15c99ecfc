import { nameOf } from '@/components/ui/face';
import type { Member, MemberPage } from '@/lib/protocol/types';

/**
 * The members of the pages that were asked for, as the live view holds them: whoever left is gone, whoever came is there, roles are
 * those of the last event. The pages alone know who is online, and the caps.
 */
export function shownMembers(held: readonly Member[], pages: readonly MemberPage[]): Member[] {
  const told = new Map(pages.flatMap(({ items }) => items.map((member) => [member.user.id, member] as const)));
  const last = pages.at(-1);
  const whole = last === undefined || last.next_cursor === null;
  const edge = last?.items.at(-1)?.user.id ?? '';
  return held
    .filter(({ user }) => whole || user.id <= edge)
    .map((member) => {
      const page = told.get(member.user.id);
      return { ...member, online: page?.online, monthly_cap: page?.monthly_cap };
    });
}

const RANK = { master: 0, admin: 1, member: 2, guest: 3, reader: 4 };

/** Myself first, then by role, and by name within one. */
export function inOrder(members: readonly Member[], myId: string): Member[] {
  return [...members].sort((a, b) =>
    Number(b.user.id === myId) - Number(a.user.id === myId) || RANK[a.role] - RANK[b.role] || nameOf(a.user).localeCompare(nameOf(b.user)));
}
