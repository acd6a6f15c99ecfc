'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';

export type Limits = components['schemas']['SpendingLimits'];

/** What one of my rooms may cost in a month. */
export function useLimits(roomId: string) {
  const { api } = useLive();
  const queries = useQueryClient();
  const path = { roomId };
  const queryKey = ['spending', roomId, 'limits'];
  const limits = useQuery({ queryKey, queryFn: async () => (await bodyOf(api.GET('/rooms/{roomId}/spending', { params: { path } }))).limits });
  const save = useMutation({
    mutationFn: (wish: Limits) => bodyOf(api.PUT('/rooms/{roomId}/spending', { params: { path }, body: wish })),
    onSuccess: (saved) => queries.setQueryData(queryKey, saved),
  });
  return { limits, save };
}
