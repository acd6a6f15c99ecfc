'use client';

import { useEffect, useMemo, useState, type RefObject } from 'react';
import type { Entry } from '../utils/entries';

/**
 * The rows that must stay in the page for the keyboard's sake: the one with the focus, which would be lost with it, and the ones
 * before and after it, which Tab reaches next although a long message keeps them far out of view.
 */
export function useFocusedRow(column: RefObject<HTMLElement | null>, entries: readonly Entry[]): number[] | undefined {
  const [key, setKey] = useState<string | null>(null);

  useEffect(() => {
    const element = column.current;
    if (!element) return;
    const focused = ({ target }: FocusEvent) => setKey((target as Element).closest<HTMLElement>('article[data-row]')?.dataset.row ?? null);
    const left = ({ relatedTarget }: FocusEvent) => {
      if (!element.contains(relatedTarget as Node | null)) setKey(null);
    };
    element.addEventListener('focusin', focused);
    element.addEventListener('focusout', left);
    return () => {
      element.removeEventListener('focusin', focused);
      element.removeEventListener('focusout', left);
    };
  }, [column]);

  return useMemo(() => {
    const stops = entries.flatMap((entry, index) => (entry.kind === 'message' || entry.kind === 'unsent' ? [index] : []));
    const at = key === null ? -1 : stops.findIndex((index) => entries[index]!.key === key);
    return at < 0 ? undefined : stops.slice(Math.max(0, at - 1), at + 2);
  }, [entries, key]);
}
