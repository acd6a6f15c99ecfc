'use client';

import { create } from 'zustand';
import { useBlocked } from '@/lib/live/blocks';
import type { Message } from '@/lib/protocol/types';

/** Messages of people I blocked that I looked at nevertheless, until the page goes. */
const useShown = create<Record<string, true>>(() => ({}));

/** Whether a message is folded because I blocked who wrote it, and how to see it. All rows of a long one agree. */
export function useFolded({ id, sender }: Message): [boolean, () => void] {
  const blocked = useBlocked();
  const shown = useShown((ids) => ids[id] ?? false);
  return [sender !== null && blocked.has(sender.id) && !shown, () => useShown.setState({ [id]: true })];
}
