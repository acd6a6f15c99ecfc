'use client';

import { useCallback, useSyncExternalStore } from 'react';
import type { RealtimeClient } from '@/lib/protocol/client';
import type { LoadState } from '@/lib/protocol/loads';
import type { ConnectionState, Member, RoomView, Timeline, User } from '@/lib/protocol/types';
import type { Thinking } from '@/lib/protocol/thinking';
import type { Typer } from '@/lib/protocol/typing';
import { useLive } from './provider';
import { useWithoutPending } from './removals';

/** Reads one thing of the live view and renders again when it changes. The reader must answer the same value until then. */
function useRead<T>(read: (client: RealtimeClient) => T): T {
  const { client } = useLive();
  const subscribe = useCallback((changed: () => void) => client.subscribe(changed), [client]);
  const snapshot = () => read(client);
  return useSyncExternalStore(subscribe, snapshot, snapshot);
}

export const useRooms = (): readonly RoomView[] => useRead((client) => client.rooms());
export const useRoom = (roomId: string): RoomView | undefined => useRead((client) => client.room(roomId));
export const useLoadState = (roomId: string): LoadState => useRead((client) => client.loadState(roomId));
export const useLoadTrouble = (roomId: string): string | null => useRead((client) => client.loadTrouble(roomId));
export const useTimeline = (roomId: string): Timeline => useWithoutPending(useRead((client) => client.timeline(roomId)));
export const useMembers = (roomId: string): readonly Member[] => useRead((client) => client.members(roomId));
export const useMemberCount = (roomId: string): number => useRead((client) => client.people.count(roomId));
export const usePerson = (roomId: string, userId: string | undefined): User | undefined => useRead((client) => client.people.person(roomId, userId));
export const useTypers = (roomId: string): readonly Typer[] => useRead((client) => client.typers(roomId));
export const useThinking = (roomId: string, messageId: string): Thinking | undefined => useRead((client) => client.thinking(roomId, messageId));
export const useConnection = (): ConnectionState => useRead((client) => client.connectionState);
