'use client';

import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useRoom, useTimeline } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { isKept } from '@/lib/protocol/history';
import { ApiError } from '@/lib/protocol/ports';
import type { Message } from '@/lib/protocol/types';

/** A message of a room, live where it is among those shown. Null if it cannot be had now. */
export function useMessage(roomId: string, messageId: string): Message | 'removed' | null | undefined {
  const { api } = useLive();
  const held = useTimeline(roomId).messages.find(({ id }) => id === messageId);
  const room = useRoom(roomId)?.room;
  const { data, error } = useQuery({
    queryKey: ['message', messageId],
    queryFn: () => bodyOf(api.GET('/rooms/{roomId}/messages/{messageId}', { params: { path: { roomId, messageId } } })),
    enabled: held === undefined,
  });
  if (held) return held;
  if (data) return room && !isKept(room, data) ? 'removed' : data;
  return error === null ? undefined : error instanceof ApiError && error.status === 404 ? 'removed' : null;
}
