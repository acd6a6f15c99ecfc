'use client';

import { useEffect } from 'react';
import { create } from 'zustand';

/** How many things lie over the conversation: what is under them is not being read. */
export const useCovers = create(() => ({ count: 0 }));

export function useCovered(open: boolean): void {
  useEffect(() => {
    if (!open) return;
    useCovers.setState(({ count }) => ({ count: count + 1 }));
    return () => useCovers.setState(({ count }) => ({ count: count - 1 }));
  }, [open]);
}
