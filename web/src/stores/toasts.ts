'use client';

import { create } from 'zustand';

export interface Toast {
  id: number;
  text: string;
  amiss?: boolean;
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 6_000;
/** What asks for a decision leaves time for one. */
const OFFERED_MS = 10_000;
let last = 0;

export const useToasts = create<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }));

/** Says for a moment what was done, or why not, with a way to undo it. Answers how to take it back. */
export function notify(toast: Omit<Toast, 'id'>, ms = toast.action ? OFFERED_MS : SHOWN_MS): () => void {
  const id = ++last;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), { ...toast, id }] }));
  const timer = setTimeout(() => drop(id), ms);
  return () => {
    clearTimeout(timer);
    drop(id);
  };
}

export function drop(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}
