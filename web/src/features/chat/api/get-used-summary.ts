'use client';

import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';
import type { Message } from '@/lib/protocol/types';

/** The summary that an answer was given. It may be gone at any time, so it is asked for whenever somebody looks. */
export function useUsedSummary({ room_id: roomId, id: messageId }: Message) {
  const { api } = useLive();
  return useQuery({
    queryKey: ['summary', messageId], gcTime: 0, retry: false,
    queryFn: () => bodyOf(api.GET('/rooms/{roomId}/messages/{messageId}/summary', { params: { path: { roomId, messageId } } })),
  });
}
