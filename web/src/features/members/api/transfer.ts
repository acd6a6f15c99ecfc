'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';

const key = (roomId: string) => ['transfer', roomId];

/** The offer of the room, and what it costs to take it. Only for whom it concerns. */
export function useTransfer(roomId: string, offeredTo: string | null) {
  const { api } = useLive();
  return useQuery({
    queryKey: [...key(roomId), offeredTo],
    queryFn: () => bodyOf(api.GET('/rooms/{roomId}/transfer', { params: { path: { roomId } } })),
    enabled: offeredTo !== null,
  });
}

/** Offers the room to a member, instead of whom it was offered to before. */
export function useOfferRoom(roomId: string) {
  const { api, client } = useLive();
  return async (user_id: string) => client.roomIs(await bodyOf(api.PATCH('/rooms/{roomId}/owner', { params: { path: { roomId } }, body: { user_id } })));
}

/** Takes the room, refuses it, or, as its master, takes the offer back. */
export function useAnswerTransfer(roomId: string) {
  const { api, client } = useLive();
  const queries = useQueryClient();
  const params = { path: { roomId } };
  return useMutation({
    mutationFn: async (accept: boolean) => {
      if (accept) client.roomIs(await bodyOf(api.POST('/rooms/{roomId}/transfer/accept', { params })));
      else {
        await bodyOf(api.POST('/rooms/{roomId}/transfer/reject', { params }));
        client.roomIs(await bodyOf(api.GET('/rooms/{roomId}', { params })));
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: key(roomId) }),
  });
}
