'use client';

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';

export type Invitation = components['schemas']['Invitation'];
type CreateInvitation = components['schemas']['CreateInvitation'];

/** How long an invitation waits, unless something else is said. */
export const WEEK = 168;

const key = (roomId: string) => ['invitations', roomId];

/** The invitations that wait in a room. */
export function useRoomInvitations(roomId: string) {
  const { api } = useLive();
  return useInfiniteQuery({
    queryKey: key(roomId),
    queryFn: ({ pageParam }) => bodyOf(api.GET('/rooms/{roomId}/invitations', { params: { path: { roomId }, query: { cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
}

/** Invites; the answer is the invitation, or of a group what became of each person. */
export function useInvite(roomId: string) {
  const { api } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: Omit<CreateInvitation, 'expires_in_hours'> & { expires_in_hours?: number }) =>
      bodyOf(api.POST('/rooms/{roomId}/invitations', { params: { path: { roomId }, header: { 'Idempotency-Key': crypto.randomUUID() } }, body: { expires_in_hours: WEEK, ...wish } })),
    onSettled: () => queries.invalidateQueries({ queryKey: key(roomId) }),
  });
}

export function useRevoke(roomId: string) {
  const { api } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (invitationId: string) => bodyOf(api.DELETE('/rooms/{roomId}/invitations/{invitationId}', { params: { path: { roomId, invitationId } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: key(roomId) }),
  });
}
