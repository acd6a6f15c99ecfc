import { expect, it } from 'vitest';
import { may, type Role } from './rights';

const ROLES: Role[] = ['reader', 'guest', 'member', 'admin', 'master'];

/** Of each role, with whom it may have to do: the table of roles says so. */
it.each<[Role, Role[]]>([
  ['reader', []], ['guest', []], ['member', []], ['admin', ['reader', 'guest', 'member']], ['master', ['reader', 'guest', 'member', 'admin']],
])('a %s manages %j', (role, theirs) => {
  expect(ROLES.filter((other) => may.manage(role, other))).toEqual(theirs);
  expect(may.invite(role)).toBe(theirs.length > 0);
});
