'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';
import type { Message } from '@/lib/protocol/types';

/** Shows a private pair to its room. */
export function useShareMessage({ room_id: roomId, id: messageId }: Message) {
  const { api, client } = useLive();
  const [key] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: () => bodyOf(api.POST('/rooms/{roomId}/messages/{messageId}/share', { params: { path: { roomId, messageId }, header: { 'Idempotency-Key': key } } })),
    onSuccess: ({ message, ai_message: answer }) => {
      client.messageIs(message);
      if (answer) client.messageIs(answer);
    },
  });
}
