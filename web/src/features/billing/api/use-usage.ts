'use client';

import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';

export type Group = 'day' | 'room' | 'member' | 'model';

const DAY_MS = 86_400_000;

/** A day of the books, which are kept in UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The last days up to today, oldest first. */
export function lastDays(count: number): string[] {
  const today = Date.now();
  return Array.from({ length: count }, (_, index) => dayOf(today - (count - 1 - index) * DAY_MS));
}

export function useUsage(group: Group, days: number) {
  const { api } = useLive();
  const all = lastDays(days);
  const query = { group, from: all[0]!, to: all.at(-1)! };
  // Under the balance's key: what makes that anew makes this anew, too.
  return useQuery({ queryKey: ['balance', 'usage', query], queryFn: () => bodyOf(api.GET('/billing/usage', { params: { query } })), refetchOnMount: 'always' });
}
