'use client';

import { useMutation } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';

export const createRoomInput = z.object({
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(100)),
  ai_provider: z.optional(z.string()),
  ai_model: z.optional(z.string()),
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
