import type { Member } from '@/lib/protocol/types';
import { may, type Role } from '@/lib/rights';

/** An @name that is being typed. */
export interface Query {
  from: number;
  query: string;
}

export interface Candidate {
  kind: 'user' | 'ai' | 'all';
  /** What is put behind the @. */
  name: string;
  user?: Member['user'];
}

const TYPED = /(?:^|[^\w@＠/.-])[@＠]([\p{L}\p{M}\p{N}_-]{0,32})$/u;
const SHOWN = 8;

/** The @name that ends at the caret. The letters before it may be Japanese, and so may the @. */
export function queryAt(text: string, caret: number): Query | null {
  const query = TYPED.exec(text.slice(Math.max(0, caret - 40), caret))?.[1];
  return query === undefined ? null : { from: caret - query.length - 1, query };
}

/** The text with a name in place of what was typed of it, and where the caret stands then. */
export function completed(text: string, { from, query }: Query, name: string): { text: string; caret: number } {
  const behind = text.slice(from + 1 + query.length);
  return { text: `${text.slice(0, from)}@${name} ${behind.replace(/^ /, '')}`, caret: from + name.length + 2 };
}

/** Who may be meant: those whose name begins so before those in whose name it stands. */
export function candidates(query: string, members: readonly Member[], { myId, role }: { myId: string; role: Role }): Candidate[] {
  const wanted = plain(query);
  const special: Candidate[] = [];
  if (may.askAi(role)) special.push({ kind: 'ai', name: 'ai' });
  if (may.mentionAll(role)) special.push({ kind: 'all', name: 'all' });
  const ranked = members.flatMap(({ user }) => {
    if (user.id === myId) return [];
    const names = [plain(user.username), plain(user.display_name ?? '')];
    const rank = names.some((name) => name.startsWith(wanted)) ? 0 : names.some((name) => name.includes(wanted)) ? 1 : 2;
    return rank === 2 ? [] : [{ rank, candidate: { kind: 'user', name: user.username, user } as const }];
  });
  ranked.sort((a, b) => a.rank - b.rank);
  return [...special.filter(({ name }) => name.startsWith(wanted)), ...ranked.map(({ candidate }) => candidate)].slice(0, SHOWN);
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
