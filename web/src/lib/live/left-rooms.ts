'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { dropRoomDrafts } from '@/stores/drafts';
import { notify } from '@/stores/toasts';
import { useLive } from './provider';

/** Rooms that go because I said so: nobody need be told. */
const leaving = new Set<string>();

/** Says that a room is about to be left or deleted by my own doing. The answer takes that back. */
export function leavingRoom(roomId: string): () => void {
  leaving.add(roomId);
  return () => void leaving.delete(roomId);
}

/** Watches for rooms that I am no longer in: what was kept of them on this device goes, and who did not leave by themselves is told. */
export function useLeftRooms(): void {
  const t = useTranslations('members');
  const { client, me } = useLive();
  const queries = useQueryClient();
  useEffect(() => {
    let held = client.rooms();
    return client.subscribe(() => {
      const now = client.rooms();
      if (now === held) return;
      const ids = new Set(now.map(({ room }) => room.id));
      for (const { room: { id, name } } of held) {
        if (ids.has(id)) continue;
        dropRoomDrafts(me.id, id);
        queries.removeQueries({ predicate: ({ queryKey }) => queryKey.includes(id) });
        if (!leaving.delete(id)) notify({ text: t('leftRoom', { name }) });
      }
      held = now;
    });
  }, [client, me.id, queries, t]);
}
