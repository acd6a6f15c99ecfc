'use client';

import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { bodyOf } from '@/lib/api/client';
import { useMembers, useRooms } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import type { Member } from '@/lib/protocol/types';

export type Person = Member['user'];

/** So many of my rooms, those with the newest messages, are asked for their people. */
const ROOMS = 8;
const FRESH_MS = 5 * 60_000;

/** The people of one room, or those of the rooms that I was in last. */
export function useKnownPeople(roomId: string | null): readonly Person[] {
  const { api } = useLive();
  const here = useMembers(roomId ?? '');
  const rooms = useRooms();
  const asked = roomId === null ? rooms.slice(0, ROOMS).map(({ room }) => room.id) : here.length > 0 ? [] : [roomId];
  const lists = useQueries({
    queries: asked.map((id) => ({
      queryKey: ['people', id],
      queryFn: () => bodyOf(api.GET('/rooms/{roomId}/members', { params: { path: { roomId: id }, query: { limit: 100 } } })),
      staleTime: FRESH_MS,
    })),
    combine: (results) => results.flatMap(({ data }) => data?.items ?? []),
  });
  return useMemo(() => [...new Map((asked.length > 0 ? lists : here).map(({ user }) => [user.id, user])).values()], [asked.length, here, lists]);
}
