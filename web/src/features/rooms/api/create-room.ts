'use client';

import { useMutation } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { codePointsOf, isVisible, oneLine } from '@/lib/graphemes';
import { useLive } from '@/lib/live/provider';
import { z } from '@/lib/z';

/** In code points, as the API counts. */
export const MAX_NAME = 100;

export const roomName = z.string().transform(oneLine).refine(isVisible).refine((name) => codePointsOf(name) <= MAX_NAME);

/** Without a model the installation's own answers. */
export const createRoomInput = z.object({ name: roomName, ai_provider: z.string().optional(), ai_model: z.string().optional() });

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
