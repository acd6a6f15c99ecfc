'use client';

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { ApiError } from '@/lib/protocol/ports';
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

/**
 * Invites; the answer is the invitation, or of a group what became of each person. A wish whose answer did not come goes again under
 * the same key, so that it is not carried out twice.
 */
export function useInvite(roomId: string) {
  const { api } = useLive();
  const queries = useQueryClient();
  const unanswered = useRef<{ said: string; key: string } | null>(null);
  const ask = async (body: CreateInvitation) => {
    const said = JSON.stringify(body);
    if (unanswered.current?.said !== said) unanswered.current = { said, key: crypto.randomUUID() };
    try {
      const answer = await bodyOf(api.POST('/rooms/{roomId}/invitations', { params: { path: { roomId }, header: { 'Idempotency-Key': unanswered.current.key } }, body }));
      unanswered.current = null;
      return answer;
    } catch (error) {
      if (error instanceof ApiError && !error.temporary) unanswered.current = null;
      throw error;
    }
  };
  return useMutation({
    mutationFn: async (wish: Omit<CreateInvitation, 'expires_in_hours'> & { expires_in_hours?: number }) => {
      const body = { expires_in_hours: WEEK, ...wish };
      const answer = await ask(body);
      if (body.kind !== 'link' || !('id' in answer) || answer.url) return answer;
      // The answer that told the link's address was lost, and nobody will be told again: another takes its place.
      await bodyOf(api.DELETE('/rooms/{roomId}/invitations/{invitationId}', { params: { path: { roomId, invitationId: answer.id } } }));
      return ask(body);
    },
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
