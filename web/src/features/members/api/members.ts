'use client';

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { leavingRoom } from '@/lib/live/left-rooms';
import { useLive } from '@/lib/live/provider';
import type { Member } from '@/lib/protocol/types';

const PAGE = 100;
const AGAIN_MS = 30_000;
const key = (roomId: string) => ['members', roomId];

/** The room's people page by page, with what no event tells: who is online, and the caps. Asked again while it is looked at. */
export function useMemberPages(roomId: string, count: number) {
  const { api, client } = useLive();
  const pages = useInfiniteQuery({
    queryKey: key(roomId),
    queryFn: async ({ pageParam }) => {
      const page = await bodyOf(api.GET('/rooms/{roomId}/members', { params: { path: { roomId }, query: { cursor: pageParam, limit: PAGE } } }));
      client.people.are(roomId, page.items); // the live view of a large room does not know them yet
      return page;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: AGAIN_MS,
    staleTime: 0,
  });
  // Of who has just come no page knows whether they are here.
  const { refetch } = pages;
  const asked = useRef(count);
  useEffect(() => {
    if (asked.current === count) return;
    asked.current = count;
    void refetch();
  }, [count, refetch]);
  return pages;
}

/** Changes a member's role or cap. The event shows it to everybody; the cap is told to few, so the pages are asked again. */
export function useUpdateMember(roomId: string) {
  const { api } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ userId, ...body }: components['schemas']['UpdateMember'] & { userId: string }) =>
      bodyOf(api.PATCH('/rooms/{roomId}/members/{userId}', { params: { path: { roomId, userId } }, body })),
    onSettled: () => queries.invalidateQueries({ queryKey: key(roomId) }),
  });
}

/** Takes somebody out of the room, or leaves it. */
export function useRemoveMember(roomId: string) {
  const { api, client, me } = useLive();
  return async (member: Pick<Member, 'user'>) => {
    const userId = member.user.id;
    const mine = userId === me.id;
    const forget = mine ? leavingRoom(roomId) : () => undefined;
    try {
      await bodyOf(api.DELETE('/rooms/{roomId}/members/{userId}', { params: { path: { roomId, userId } } }));
    } catch (error) {
      forget();
      throw error;
    }
    if (mine) client.purge(roomId);
  };
}
