'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';

export type AuditEntry = components['schemas']['AuditEntry'];

/** Who did what to the room and its people, for its admins. */
export function useAuditLog(roomId: string) {
  const { api } = useLive();
  return useInfiniteQuery({
    queryKey: ['audit', roomId],
    queryFn: ({ pageParam, signal }) => bodyOf(api.GET('/rooms/{roomId}/audit', { params: { path: { roomId }, query: { cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
}
