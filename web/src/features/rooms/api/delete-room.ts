'use client';

import { useMutation } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { leavingRoom } from '@/lib/live/left-rooms';
import { go } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';

/** Deletes a room and leaves its page, before what is held of it goes: the page of a room that is not there would say that something is amiss. */
export function useDeleteRoom(roomId: string) {
  const { api, client } = useLive();
  return useMutation({
    mutationFn: () => bodyOf(api.DELETE('/rooms/{roomId}', { params: { path: { roomId } } })),
    onMutate: () => leavingRoom(roomId),
    onError: (_error, _input, forget) => forget?.(),
    onSuccess: () => {
      go('/rooms');
      client.purge(roomId);
    },
  });
}
