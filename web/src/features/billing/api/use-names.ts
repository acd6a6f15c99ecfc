'use client';

import { useQueries } from '@tanstack/react-query';
import { nameOf } from '@/components/ui/face';
import { bodyOf } from '@/lib/api/client';
import { useRooms } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';

/** How many of the rooms that I pay for are asked who is in them. */
const ROOMS = 20;

/** Names of rooms, and of those who ask in the rooms that I pay for; undefined for who or what is not known here. */
export function useNames() {
  const { api, me } = useLive();
  const rooms = useRooms();
  const people = useQueries({
    queries: rooms.filter(({ room }) => room.owner_id === me.id).slice(0, ROOMS).map(({ room }) => ({
      // As the search asks, whose answer it is, too: under `members` stand pages.
      queryKey: ['people', room.id],
      queryFn: () => bodyOf(api.GET('/rooms/{roomId}/members', { params: { path: { roomId: room.id }, query: { limit: 100 } } })),
    })),
    combine: (results) => new Map(results.flatMap(({ data }) => data?.items ?? []).map(({ user }) => [user.id, nameOf(user)])),
  });
  return {
    room: (id: string) => rooms.find(({ room }) => room.id === id)?.room.name,
    person: (id: string) => (id === me.id ? nameOf(me) : people.get(id)),
  };
}

export type Names = ReturnType<typeof useNames>;
