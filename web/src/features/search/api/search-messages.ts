'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';
import { ApiError } from '@/lib/protocol/ports';
import type { Wanted } from '../utils/query';

export type Hit = components['schemas']['SearchHit'];

const DEBOUNCE_MS = 250;

/** Finds messages, the newest first, once one stops typing for a moment. */
export function useSearch(wanted: Wanted | null) {
  const { api } = useLive();
  const asked = useSettled(wanted);
  const query = useInfiniteQuery({
    queryKey: ['search', asked],
    queryFn: ({ pageParam }) => bodyOf(api.POST('/search', { body: { ...asked!, limit: 20, ...(pageParam !== null && { cursor: pageParam }) } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    networkMode: 'always',
    // Asking again at once is what the API asks one not to do.
    retry: (failures, error) => failures < 1 && !(error instanceof ApiError && error.status < 500),
  });
  const current = same(asked, wanted);
  return {
    hits: wanted === null ? [] : (query.data?.pages.flatMap((page) => page.items) ?? []),
    error: wanted === null || !current ? null : query.error,
    searching: wanted !== null && (!current || query.isFetching),
    /** Whether what stands there answers what was typed before. */
    stale: !current || query.isPlaceholderData,
    more: query.hasNextPage && current ? query.fetchNextPage : null,
    again: query.refetch,
  };
}

function useSettled(wanted: Wanted | null): Wanted | null {
  const [settled, setSettled] = useState(wanted);
  useEffect(() => {
    if (same(settled, wanted)) return;
    const timer = setTimeout(() => setSettled(wanted), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [settled, wanted]);
  return settled;
}

function same(a: Wanted | null, b: Wanted | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
