'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { bodyOf, type ApiClient } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';

export type Transaction = components['schemas']['Transaction'];
/** What is answered to whoever asks for no table. */
type Page = components['schemas']['TransactionPage'];

export function useTransactions() {
  const { api } = useLive();
  return useInfiniteQuery({
    queryKey: ['balance', 'transactions'], initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => bodyOf(api.GET('/billing/transactions', { params: { query: { cursor: pageParam, limit: 50 } } })) as Promise<Page>,
    refetchOnMount: 'always',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** The whole books as one table, page by page. */
export async function allAsCsv(api: ApiClient): Promise<string> {
  const rows: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const answer = await api.GET('/billing/transactions', { params: { query: { cursor, limit: 100, format: 'csv' } }, parseAs: 'text' });
    const lines = String(await bodyOf<unknown>(Promise.resolve(answer))).trimEnd().split('\n');
    rows.push(...(cursor ? lines.slice(1) : lines));
    cursor = answer.response.headers.get('next-cursor') ?? undefined;
    if (!cursor) return `${rows.join('\n')}\n`;
  }
}
