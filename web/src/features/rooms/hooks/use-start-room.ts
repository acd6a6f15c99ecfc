'use client';

import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import type { ModelChoice } from '@/lib/models/choice';
import { bodyOf } from '@/lib/api/client';
import { go } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';
import { nameFrom } from '../utils/name-from';

interface Start {
  text: string;
  asksAi: boolean;
  model: ModelChoice | null;
}

/** Makes a room that is named from the first words, sends them in it, and shows it. Until the room is there the words stay where they are. */
export function useStartRoom(taken: () => void) {
  const { api, client } = useLive();
  // The same words under the same key, so that trying again makes one room.
  const attempt = useRef({ words: '', key: '' });
  return useMutation({
    mutationFn: ({ text, model }: Start) => {
      const words = JSON.stringify([text, model]);
      if (attempt.current.words !== words) attempt.current = { words, key: crypto.randomUUID() };
      const body = { name: nameFrom(text), ...(model && { ai_provider: model.provider, ai_model: model.id }) };
      return bodyOf(api.POST('/rooms', { params: { header: { 'Idempotency-Key': attempt.current.key } }, body }));
    },
    onSuccess: (room, { text, asksAi }) => {
      client.roomIs(room);
      client.send(room.id, text, asksAi ? { ai: {} } : {});
      taken();
      go(`/rooms/${room.id}`);
    },
  });
}
