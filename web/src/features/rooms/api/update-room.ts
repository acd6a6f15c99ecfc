'use client';

import { useMutation } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';
import { roomName } from './create-room';

export const updateRoomInput = z.object({
  name: z.optional(roomName),
  ai_provider: z.optional(z.string()),
  ai_model: z.optional(z.string()),
  ai_instructions: z.optional(z.string().check(z.maxLength(8_000))),
  ai_context_cutoff_at: z.optional(z.nullable(z.string())),
  effort: z.optional(z.enum(['default', 'none', 'low', 'medium', 'high'])),
  is_archived: z.optional(z.boolean()),
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
