'use client';

import { useMutation } from '@tanstack/react-query';
import { z } from '@/lib/z';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';
import { roomName } from './create-room';

export const updateRoomInput = z.object({
  name: roomName.optional(),
  ai_provider: z.string().optional(),
  ai_model: z.string().optional(),
  ai_instructions: z.string().max(8_000).optional(),
  ai_context_cutoff_at: z.string().nullable().optional(),
  is_archived: z.boolean().optional(),
});

export type UpdateRoomInput = z.infer<typeof updateRoomInput>;

export function useUpdateRoom(roomId: string) {
  const { api, client } = useLive();
  return useMutation({
    mutationFn: (body: UpdateRoomInput) => bodyOf(api.PATCH('/rooms/{roomId}', { params: { path: { roomId } }, body })),
    onSuccess: (room) => {
      client.roomIs(room);
    },
  });
}
