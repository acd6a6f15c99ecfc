'use client';

import { useMutation } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { codePointsOf, isVisible, oneLine } from '@/lib/graphemes';
import { useLive } from '@/lib/live/provider';

/** In code points, as the API counts. */
export const MAX_NAME = 100;

/** A name as it is kept, or null for one that is refused: nothing of it can be seen, or it is too long. */
export function roomName(typed: string): string | null {
  const name = oneLine(typed);
  return isVisible(name) && codePointsOf(name) <= MAX_NAME ? name : null;
}

/** Without a model the installation's own answers. */
export interface CreateRoomInput {
  name: string;
  ai_provider?: string;
  ai_model?: string;
}

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
