'use client';

import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';
import type { Message } from '@/lib/protocol/types';

export type Attempt = components['schemas']['Attempt'];

/** Earlier attempts of an answer. They never change, so the list is asked again only when there is a newer one. */
export function useAttempts(message: Message, wanted: boolean) {
  const { api } = useLive();
  const { room_id: roomId, id: messageId, event } = message;
  return useQuery({
    queryKey: ['attempts', messageId, event],
    queryFn: () => bodyOf(api.GET('/rooms/{roomId}/messages/{messageId}/attempts', { params: { path: { roomId, messageId } } })),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
