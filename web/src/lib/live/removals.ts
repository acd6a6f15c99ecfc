'use client';

import { useMemo } from 'react';
import { create } from 'zustand';
import type { RealtimeClient } from '@/lib/protocol/client';
import type { Timeline } from '@/lib/protocol/types';

/** How long a deletion can be taken back. It is carried out when the time is over, or as soon as the page is left. */
const UNDO_MS = 10_000;
const EVENT_MS = 20_000;

/** Messages that are about to be deleted, with when that was asked. They stand as deleted already. */
const usePending = create<Record<string, string>>(() => ({}));

/** Deletes a message unless that is taken back in time. Answers how to take it back. */
export function removeLater(client: RealtimeClient, roomId: string, messageId: string, failed: (error: unknown) => void): () => void {
  const keep = () => {
    clearTimeout(timer);
    window.removeEventListener('pagehide', carryOut);
    usePending.setState((pending) => Object.fromEntries(Object.entries(pending).filter(([id]) => id !== messageId)), true);
  };
  const carryOut = () => {
    clearTimeout(timer);
    window.removeEventListener('pagehide', carryOut);
    client.remove(roomId, messageId).then(
      // The event shows the tombstone; until it comes this one stands.
      () => setTimeout(keep, EVENT_MS),
      (error: unknown) => {
        keep();
        failed(error);
      },
    );
  };
  const timer = setTimeout(carryOut, UNDO_MS);
  window.addEventListener('pagehide', carryOut);
  usePending.setState({ [messageId]: new Date().toISOString() });
  return keep;
}

/** A timeline in which what is about to be deleted stands as deleted. */
export function useWithoutPending(timeline: Timeline): Timeline {
  const pending = usePending();
  return useMemo(() => {
    if (Object.keys(pending).length === 0 || !timeline.messages.some(({ id, deleted_at }) => !deleted_at && id in pending)) return timeline;
    const messages = timeline.messages.map((message) => (!message.deleted_at && message.id in pending ? { ...message, content: '', deleted_at: pending[message.id] ?? null } : message));
    return { ...timeline, messages };
  }, [pending, timeline]);
}

export const UNDO_SHOWN_MS = UNDO_MS - 300;
