'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from './provider';

export type Group = components['schemas']['Group'];

export const GROUPS = ['groups'];

/** My groups; nobody else sees them. */
export function useGroups() {
  const { api } = useLive();
  return useInfiniteQuery({
    queryKey: GROUPS,
    queryFn: ({ pageParam }) => bodyOf(api.GET('/groups', { params: { query: { cursor: pageParam, limit: 100 } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
}
