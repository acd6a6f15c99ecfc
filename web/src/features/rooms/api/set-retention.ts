'use client';

import { useMutation } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';

/** For how many days a room keeps its messages; null is for ever. */
export function useSetRetention(roomId: string) {
  const { api, client } = useLive();
  return useMutation({
    mutationFn: (days: number | null) => bodyOf(api.PUT('/rooms/{roomId}/retention', { params: { path: { roomId } }, body: { days } })),
    onSuccess: (room) => client.roomIs(room),
  });
}
