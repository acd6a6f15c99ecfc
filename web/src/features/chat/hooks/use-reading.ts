'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { useRoom, useTimeline } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { useCovers } from '@/stores/covers';

/**
 * Marks as read what is seen: the end of the conversation, in a page that is looked at. The divider stays where reading had ended
 * when the room came on screen, or when one last looked away.
 */
export function useReading(roomId: string): { readId: string | null; atEndChanged: (atEnd: boolean) => void } {
  const { client } = useLive();
  const view = useRoom(roomId);
  const timeline = useTimeline(roomId);
  const [readId, setReadId] = useState<string | null>(() => dividerOf(view));
  const known = useRef(view !== undefined);
  const atEnd = useRef(true);
  // What lies under a dialog, a menu or a phone's panel is not seen; closing it shows the end again.
  const covered = useCovers(({ count }) => count > 0);
  const newest = timeline.messages.at(-1)?.id ?? null;

  // The room may become known only after the page is there.
  useEffect(() => {
    if (known.current || !view) return;
    known.current = true;
    setReadId(dividerOf(view));
  }, [view]);

  const mark = useCallback(() => {
    if (newest === null || covered || timeline.hasNewer || !atEnd.current || document.hidden || !document.hasFocus()) return;
    client.markRead(roomId, newest);
  }, [client, covered, newest, roomId, timeline.hasNewer]);

  useEffect(() => {
    mark();
    const looked = () => mark();
    const away = () => {
      if (document.hidden && atEnd.current) setReadId(newest);
    };
    window.addEventListener('focus', looked);
    document.addEventListener('visibilitychange', looked);
    document.addEventListener('visibilitychange', away);
    return () => {
      window.removeEventListener('focus', looked);
      document.removeEventListener('visibilitychange', looked);
      document.removeEventListener('visibilitychange', away);
    };
  }, [mark, newest]);

  const atEndChanged = useCallback((value: boolean) => {
    atEnd.current = value;
    if (value) mark();
  }, [mark]);
  return { readId, atEndChanged };
}

function dividerOf(view: ReturnType<typeof useRoom>): string | null {
  // With nothing read at all every message is new, and a line above the first would say nothing.
  return view && view.unread > 0 ? view.lastReadId : null;
}
