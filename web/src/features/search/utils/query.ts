import type { components } from '@/lib/api/schema';
import { cut } from '@/lib/graphemes';

export type Wanted = Omit<components['schemas']['SearchMessages'], 'cursor' | 'limit'>;

/** In code points, as the API counts. */
const LONGEST = 200;

export interface Filters {
  roomId: string | null;
  senderId: string | null;
  fromAi: boolean;
  /** Days as the reader's calendar has them, `2026-11-26`, or empty. Both are included. */
  since: string;
  till: string;
}

export const NO_FILTERS: Omit<Filters, 'roomId'> = { senderId: null, fromAi: false, since: '', till: '' };

/** What to ask the API for, or null while nothing can be found: it wants at least one letter, digit or picture. */
export function wantedOf(typed: string, { roomId, senderId, fromAi, since, till }: Filters): Wanted | null {
  const query = cut(typed.trim(), LONGEST);
  const [from, to] = [dayOf(since, 0), dayOf(till, 1)];
  if (!/[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]/u.test(query) || (from && to && from >= to)) return null;
  return {
    query,
    ...(roomId !== null && { room_id: roomId }),
    ...(fromAi ? { from_ai: true } : senderId !== null && { sender_id: senderId }),
    ...(from && { since: from }),
    ...(to && { till: to }),
  };
}

/** The beginning of a day, so many days later. */
function dayOf(day: string, later: number): string | null {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return null;
  return new Date(year, month - 1, date + later).toISOString();
}

/** A name and what is looked for in it, alike whatever their case and width. */
export function holds(name: string, typed: string): boolean {
  const text = plain(name);
  return plain(typed).split(/\s+/).every((word) => text.includes(word));
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}

/** A text in pieces, those apart that were found. Places are counted in code points. */
export function pieces(text: string, matches: readonly { start: number; end: number }[]): { text: string; found: boolean }[] {
  const points = [...text];
  const all: { text: string; found: boolean }[] = [];
  let from = 0;
  for (const { start, end } of [...matches].sort((a, b) => a.start - b.start)) {
    if (start < from || end <= start) continue;
    if (start > from) all.push({ text: points.slice(from, start).join(''), found: false });
    all.push({ text: points.slice(start, end).join(''), found: true });
    from = end;
  }
  if (from < points.length) all.push({ text: points.slice(from).join(''), found: false });
  return all;
}
