'use client';

import { useEffect, useId, useRef } from 'react';

/** Marks a history entry that only stands for something open over the page. */
const OVERLAY = 'yoriaiOverlay';

function overlayOf(state: unknown): string | null {
  return typeof state === 'object' && state !== null && OVERLAY in state ? String((state as Record<string, unknown>)[OVERLAY]) : null;
}

/** Whether the history is on its way back over an overlay's entry. It arrives later, and would undo what was done meanwhile. */
let returning = false;

function goBack(): void {
  returning = true;
  window.addEventListener('popstate', () => (returning = false), { once: true });
  history.back();
}

/**
 * Goes to another of the rooms' pages. All of them are in the browser already: nothing is asked of the server, so that it works at once
 * and without a connection. Next.js hears of it and keeps its router in step.
 */
export function go(href: string): void {
  if (returning) return window.addEventListener('popstate', () => go(href), { once: true });
  // What was open over the page is left with it.
  if (overlayOf(history.state) !== null) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
}

/** Marks an entry whose reader came by a link to a message and has read on from there. */
const READ_ON = 'yoriaiReadOn';

/** Takes the message out of the address of the page that shows it. The page stays as it is. */
export function readOn(href: string): void {
  history.replaceState({ [READ_ON]: true }, '', href);
}

/** Whether the address names no message because its reader has read on from one, and not because somebody went there. */
export function hasReadOn(): boolean {
  return typeof history !== 'undefined' && typeof history.state === 'object' && history.state !== null && READ_ON in history.state;
}

/** For a link within the rooms: an ordinary click stays in the page, any other is the browser's. */
export function goOnClick(event: React.MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(event.currentTarget.getAttribute('href') ?? '/rooms');
}

/** Entries whose overlay has closed and which are about to go. */
const leaving = new Map<string, ReturnType<typeof setTimeout>>();

/** What is open over the page has an entry in the history, so that Back closes it and does not leave the page below. */
export function useBackCloses(open: boolean, close: () => void): void {
  const id = useId();
  const latest = useRef(close);
  useEffect(() => {
    latest.current = close;
  });
  useEffect(() => {
    if (!open) return;
    clearTimeout(leaving.get(id));
    leaving.delete(id);
    const enter = () => {
      const top = overlayOf(history.state);
      // What opens as another closes takes over its entry.
      if (top !== null && leaving.has(top)) history.replaceState({ [OVERLAY]: id }, '', location.href);
      else if (top !== id) history.pushState({ [OVERLAY]: id }, '', location.href);
      window.addEventListener('popstate', left);
    };
    const left = () => {
      if (overlayOf(history.state) !== id) latest.current();
    };
    // What opens while the history still goes back from what closed before it would be closed by that.
    if (returning) window.addEventListener('popstate', enter, { once: true });
    else enter();
    return () => {
      window.removeEventListener('popstate', enter);
      window.removeEventListener('popstate', left);
      // Closed by its own button: its entry goes. After a navigation the entry is another's.
      leaving.set(id, setTimeout(() => {
        leaving.delete(id);
        if (overlayOf(history.state) === id) goBack();
      }));
    };
  }, [id, open]);
}
