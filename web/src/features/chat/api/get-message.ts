'use client';

import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useTimeline } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import type { Message } from '@/lib/protocol/types';

/** A message of a room, live where it is among those shown. Null if it cannot be had. */
export function useMessage(roomId: string, messageId: string): Message | null | undefined {
  const { api } = useLive();
  const held = useTimeline(roomId).messages.find(({ id }) => id === messageId);
  const { data, isError } = useQuery({
    queryKey: ['message', messageId],
    queryFn: () => bodyOf(api.GET('/rooms/{roomId}/messages/{messageId}', { params: { path: { roomId, messageId } } })),
    enabled: held === undefined,
  });
  return held ?? data ?? (isError ? null : undefined);
}
