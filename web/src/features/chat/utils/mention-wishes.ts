import { namesIn } from '@/lib/markdown/mentions';
import { parse, type Token } from '@/lib/markdown/parser';
import type { Member, SendMessage } from '@/lib/protocol/types';
import { may, type Role } from '@/lib/rights';

type Wish = NonNullable<SendMessage['mentions']>[number];

const MOST = 50;

/** Whom a text names, by id, so that a later name does not break it. What stands in code or in a link names nobody. */
export function mentionWishes(text: string, members: readonly Member[], role: Role): Wish[] {
  if (!text.includes('@')) return [];
  const raw = namesIn(text);
  const names = new Set(proseOf(parse(text, 'person')).flatMap((prose) => [...namesIn(prose)]).filter((name) => raw.has(name)));
  const people = members.filter(({ user }) => names.has(user.username.toLowerCase())).map(({ user }): Wish => ({ kind: 'user', user_id: user.id }));
  return [...(names.has('ai') ? [{ kind: 'ai' } as const] : []), ...(names.has('all') && may.mentionAll(role) ? [{ kind: 'all' } as const] : []), ...people].slice(0, MOST);
}

function proseOf(tokens: readonly Token[]): string[] {
  let links = 0;
  return tokens.flatMap((token) => {
    if (token.type === 'link_open') links++;
    if (token.type === 'link_close') links--;
    if (token.type === 'inline') return proseOf(token.children ?? []);
    return links === 0 && (token.type === 'text' || token.type === 'text_special') ? [token.content] : [];
  });
}
