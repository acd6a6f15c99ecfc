'use client';

import { useEffect, useRef, useState, type RefObject } from 'react';
import type { VirtualizerHandle } from 'virtua';
import { useTimeline } from '@/lib/live/hooks';
import { readOn } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';
import { ApiError } from '@/lib/protocol/ports';
import { useTrouble } from '../components/trouble';
import type { Entry } from '../utils/entries';

/** Milliseconds. */
const SETTLES_IN = 400;
/** By which a reader scrolls. */
const ACTS = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

interface Options {
  roomId: string;
  messageId: string | null;
  entries: readonly Entry[];
  list: RefObject<VirtualizerHandle | null>;
  /** Shows the newest messages, when there is nothing to link to. */
  toEnd: () => void;
}

/**
 * A permalink: the page around its message, which is marked and brought to the middle. Until it is found nothing else is shown,
 * since the newest messages would only flash by.
 */
export function usePermalink({ roomId, messageId, entries, list, toEnd }: Options) {
  const { client } = useLive();
  const report = useTrouble();
  const { loaded } = useTimeline(roomId);
  const [over, setOver] = useState(messageId === null);
  const asked = useRef(false);
  const settled = useRef(false);
  const brought = useRef(false);
  const index = over ? -1 : entries.findIndex((entry) => entry.kind === 'message' && entry.message.id === messageId);

  useEffect(() => {
    if (over || messageId === null || !loaded || index >= 0 || asked.current) return;
    asked.current = true;
    void client.loadAround(roomId, messageId).then((read) => {
      if (client.timeline(roomId).messages.some((message) => message.id === messageId)) return;
      report(read ? new ApiError(404, 'not_found') : undefined);
      setOver(true);
      toEnd();
    });
  }, [client, index, loaded, messageId, over, report, roomId, toEnd]);

  // A message near the edge of what is loaded asks for older ones. They move it to another place in the list while it is being
  // brought into view, so that it is brought again, until it has stood still or the reader goes somewhere else.
  useEffect(() => {
    if (index < 0 || settled.current) return;
    let rest: ReturnType<typeof setTimeout>;
    const frame = requestAnimationFrame(() => {
      if (settled.current) return;
      brought.current = true;
      list.current?.scrollToIndex(index, { align: 'center' });
      rest = setTimeout(() => { settled.current = true; }, SETTLES_IN);
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(rest);
    };
  }, [index, list]);

  // Also between two times that it is brought. Before the first, which a busy page does late, nobody can go from there.
  useEffect(() => {
    const settle = () => { settled.current ||= brought.current; };
    for (const act of ACTS) window.addEventListener(act, settle, { passive: true });
    return () => {
      for (const act of ACTS) window.removeEventListener(act, settle);
    };
  }, []);

  return {
    marked: index < 0 ? null : messageId,
    seeking: !over && index < 0,
    /** The reader leaves the message: the address names the room alone, so that a reload does not lead back. */
    leave: () => {
      if (over) return;
      setOver(true);
      readOn(`/rooms/${roomId}`);
    },
  };
}
