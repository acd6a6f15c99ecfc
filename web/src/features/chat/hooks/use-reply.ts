'use client';

import { useCallback, useEffect, type RefObject } from 'react';
import { useRoom } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { may } from '@/lib/rights';
import { useUi } from '@/stores/ui';

/** Begins an answer to a message: the box is told which, and takes the focus. */
export function useReply(roomId: string): (messageId: string) => void {
  const setReplying = useUi((ui) => ui.setReplying);
  return useCallback((messageId) => {
    setReplying(roomId, messageId);
    // A menu that closes takes the focus back first.
    setTimeout(() => document.getElementById('message-box')?.focus());
  }, [roomId, setReplying]);
}

/** R answers the message that has the focus. */
export function useReplyKey(roomId: string, column: RefObject<HTMLElement | null>): void {
  const { client } = useLive();
  const reply = useReply(roomId);
  const writes = may.write(useRoom(roomId)?.room.role ?? 'reader');
  useEffect(() => {
    const element = column.current;
    if (!element || !writes) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'r' || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
      const target = event.target as HTMLElement;
      if (target.closest('input, textarea, select, [contenteditable]')) return;
      const row = target.closest('article[data-row]');
      const message = client.timeline(roomId).messages.find(({ id }) => row?.id === `m-${id}`);
      if (!message || message.type === 'system' || message.deleted_at) return;
      event.preventDefault();
      reply(message.id);
    };
    element.addEventListener('keydown', pressed);
    return () => element.removeEventListener('keydown', pressed);
  }, [client, column, reply, roomId, writes]);
}
