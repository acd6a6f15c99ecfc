'use client';

import { useMutation } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';

export type UpdateRoomInput = Pick<components['schemas']['UpdateRoom'], 'name' | 'ai_provider' | 'ai_model' | 'ai_instructions' | 'ai_context_cutoff_at' | 'effort' | 'max_reply_tokens' | 'is_archived'>;

export function useUpdateRoom(roomId: string) {
  const { api, client } = useLive();
  return useMutation({
    mutationFn: (body: UpdateRoomInput) => bodyOf(api.PATCH('/rooms/{roomId}', { params: { path: { roomId } }, body })),
    onSuccess: (room) => {
      client.roomIs(room);
    },
  });
}
