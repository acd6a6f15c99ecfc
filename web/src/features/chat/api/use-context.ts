'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';
import type { AiContext, Asked } from './preview-context';

/** What would be sent with a question, part by part, and what can be changed of it in place. */
export function useContextParts(roomId: string, text: string, asked: Asked) {
  const { api, client } = useLive();
  const draft = text.trim();
  const query = useQuery<AiContext>({
    queryKey: ['context', roomId, 'items', draft, asked], gcTime: 0,
    queryFn: ({ signal }) => bodyOf(api.POST('/rooms/{roomId}/ai/context', { params: { path: { roomId } }, body: { ...(draft !== '' && { draft }), ...asked }, signal })),
  });
  const again = () => query.refetch();
  const exclude = useMutation({ mutationFn: (messageId: string) => client.exclude(roomId, messageId, true), onSuccess: again });
  const startAt = useMutation({
    mutationFn: (messageId: string) => bodyOf(api.PATCH('/rooms/{roomId}', { params: { path: { roomId } }, body: { ai_context_cutoff_at: saidAt(messageId) } })),
    onSuccess: (room) => {
      client.roomIs(room);
      return again();
    },
  });
  return { ...query, exclude, startAt };
}

/** A message's id begins with the millisecond at which it was said. */
export function saidAt(messageId: string): string {
  return new Date(Number.parseInt(messageId.replaceAll('-', '').slice(0, 12), 16)).toISOString();
}
