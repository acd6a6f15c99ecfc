'use client';

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useInvitedChanges } from '@/lib/live/invited';
import { useLive } from '@/lib/live/provider';

const KEY = ['my-invitations'];

/** The invitations that wait for me. Whatever the user stream tells of them, they are fetched again. */
export function useMyInvitations() {
  const { api } = useLive();
  const changes = useInvitedChanges();
  return useInfiniteQuery({
    queryKey: [...KEY, changes],
    queryFn: ({ pageParam }) => bodyOf(api.GET('/invitations', { params: { query: { cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
}

/** Joins the room, and answers its id; or refuses. */
export function useAnswerInvitation() {
  const { api, client } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ invitationId, accept }: { invitationId: string; accept: boolean }) => {
      const params = { path: { invitationId } };
      if (!accept) {
        await bodyOf(api.POST('/invitations/{invitationId}/reject', { params }));
        return null;
      }
      const room = await bodyOf(api.POST('/invitations/{invitationId}/accept', { params }));
      client.roomIs(room);
      return room.id;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
