import type { components } from '@/lib/api/schema';

export type Role = components['schemas']['Role'];

/** Those that people are given, lowest first. */
export const GIVEN_ROLES = ['reader', 'guest', 'member', 'admin'] as const;

const RANK: Record<Role, number> = { reader: 0, guest: 1, member: 2, admin: 3, master: 4 };

/**
 * What the page offers to a role. The API decides; this only keeps buttons away that it would refuse.
 */
export const may = {
  write: (role: Role) => RANK[role] >= RANK.guest,
  askAi: (role: Role) => RANK[role] >= RANK.member,
  fork: (role: Role) => RANK[role] >= RANK.member,
  export: (role: Role) => RANK[role] >= RANK.member,
  /** Regenerate and stop: members for their own question, admins for all. */
  steerReply: (role: Role, own: boolean) => RANK[role] >= RANK.admin || (own && RANK[role] >= RANK.member),
  exclude: (role: Role, own: boolean) => RANK[role] >= RANK.admin || (own && RANK[role] >= RANK.guest),
  removeMessage: (role: Role, own: boolean) => RANK[role] >= RANK.admin || (own && RANK[role] >= RANK.guest),
  mentionAll: (role: Role) => RANK[role] >= RANK.admin,
  settings: (role: Role) => RANK[role] >= RANK.admin,
  removeRoom: (role: Role) => role === 'master',
  /** Invite people, and look at reports. */
  invite: (role: Role) => RANK[role] >= RANK.admin,
  /** Have to do with somebody of that role: invite as it, give it, take it or the room from them. Mastership is transferred. */
  manage: (role: Role, theirs: Role) => theirs !== 'master' && RANK[role] >= (theirs === 'admin' ? RANK.master : RANK.admin),
  cap: (role: Role) => role === 'master',
  transfer: (role: Role) => role === 'master',
  retention: (role: Role) => role === 'master',
};
