'use client';

import { useMutation } from '@tanstack/react-query';
import { z } from '@/lib/z';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';

export const createRoomInput = z.object({
  name: z.string().trim().min(1).max(100),
  ai_provider: z.string().optional(),
  ai_model: z.string().optional(),
});

export type CreateRoomInput = z.infer<typeof createRoomInput>;

/** Makes a room. The key stays with the attempt, so that pressing twice makes one room. */
export function useCreateRoom() {
  const { api, client } = useLive();
  return useMutation({
    mutationFn: ({ key, ...body }: CreateRoomInput & { key: string }) =>
      bodyOf(api.POST('/rooms', { params: { header: { 'Idempotency-Key': key } }, body })),
    onSuccess: (room) => {
      client.roomIs(room);
    },
  });
}
