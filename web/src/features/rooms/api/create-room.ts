'use client';

import { useMutation } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { bodyOf } from '@/lib/api/client';
import { codePointsOf, isVisible, oneLine } from '@/lib/graphemes';
import { useLive } from '@/lib/live/provider';

/** In code points, as the API counts. */
export const MAX_NAME = 100;

export const roomName = z.pipe(z.string(), z.transform(oneLine)).check(z.refine(isVisible), z.refine((name) => codePointsOf(name) <= MAX_NAME));

/** Without a model the installation's own answers. */
export const createRoomInput = z.object({ name: roomName, ai_provider: z.optional(z.string()), ai_model: z.optional(z.string()) });

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
