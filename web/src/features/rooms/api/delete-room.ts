'use client';

import { useMutation } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';

export function useDeleteRoom(roomId: string) {
  const { api, client } = useLive();
  return useMutation({
    mutationFn: () => bodyOf(api.DELETE('/rooms/{roomId}', { params: { path: { roomId } } })),
    onSuccess: () => client.purge(roomId),
  });
}
