'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';
import type { Message } from '@/lib/protocol/types';

/** Passes a message on. Each room has its key, so that pressing twice writes it once. */
export function useForwardMessage({ room_id: roomId, id: messageId }: Message) {
  const { api, client } = useLive();
  const [keys] = useState(() => new Map<string, string>());
  return useMutation({
    mutationFn: (to: string) => {
      const key = keys.get(to) ?? crypto.randomUUID();
      keys.set(to, key);
      return bodyOf(api.POST('/rooms/{roomId}/messages/{messageId}/forward', { params: { path: { roomId, messageId }, header: { 'Idempotency-Key': key } }, body: { room_id: to } }));
    },
    onSuccess: (message) => {
      client.messageIs(message);
    },
  });
}
