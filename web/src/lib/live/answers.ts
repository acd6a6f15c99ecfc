'use client';

import { useEffect } from 'react';
import { create } from 'zustand';
import type { RealtimeClient } from '@/lib/protocol/client';
import type { Message } from '@/lib/protocol/types';
import { useLive } from './provider';

/** Rooms in which an answer has ended while one looked elsewhere. */
const useEnded = create<{ rooms: ReadonlySet<string> }>(() => ({ rooms: new Set<string>() }));

export function useAnswerEnded(roomId: string): boolean {
  return useEnded(({ rooms }) => rooms.has(roomId));
}

export function useAnswersEnded(): number {
  return useEnded(({ rooms }) => rooms.size);
}

/** Watches for answers that end where nobody looks: my own question's answer counts as read for the API, but I have not seen it. */
export function useWatchAnswers(shownId: string | null): void {
  const { client } = useLive();
  useEffect(() => {
    const running = new Set<string>();
    const look = () => note(client, running, document.hidden ? null : shownId);
    look();
    document.addEventListener('visibilitychange', look);
    const stop = client.subscribe(look);
    return () => {
      stop();
      document.removeEventListener('visibilitychange', look);
    };
  }, [client, shownId]);
}

function note(client: RealtimeClient, running: Set<string>, shownId: string | null): void {
  const { rooms } = useEnded.getState();
  const next = new Set(rooms);
  const held = new Set<string>();
  for (const { room } of client.rooms()) {
    held.add(room.id);
    if (isRunning(room.last_message)) running.add(room.id);
    else if (running.delete(room.id) && room.last_message?.type === 'ai' && !room.last_message.deleted_at) next.add(room.id);
  }
  for (const id of next) if (id === shownId || !held.has(id)) next.delete(id);
  if (next.size !== rooms.size || [...next].some((id) => !rooms.has(id))) useEnded.setState({ rooms: next });
}

function isRunning(message: Message | null): boolean {
  return message?.type === 'ai' && (message.status === 'pending' || message.status === 'streaming');
}
