'use client';

import { create } from 'zustand';
import type { Effort } from '@/lib/models/effort';

interface Ui {
  sideCollapsed: boolean;
  peopleOpen: boolean;
  askAi: Record<string, boolean>;
  /** How hard the model shall think about my next questions; the room's wish unless I chose. */
  effort: Record<string, Effort>;
  /** My message that is being edited. */
  editing: string | null;
  /** The room into which I am inviting. */
  inviting: string | null;
  /** The room whose settings are open. */
  settings: string | null;
  /** The message that I am reporting. */
  reporting: string | null;
  /** The room that I am about to copy, and up to which message. */
  forking: { roomId: string; upTo: string | null } | null;
  /** The room that I am about to take along, or what is kept about me. */
  exporting: { roomId: string | null } | null;
  /** The message that my next one in a room answers. */
  replying: Record<string, string | null>;
  /** Whether one searches, and in which room alone. */
  searching: { roomId: string | null } | null;
  toggleSide: () => void;
  setPeopleOpen: (open: boolean) => void;
  setAskAi: (place: string, on: boolean) => void;
  setEffort: (roomId: string, effort: Effort) => void;
  setEditing: (messageId: string | null) => void;
  setInviting: (roomId: string | null) => void;
  setReporting: (messageId: string | null) => void;
  setSearching: (searching: Ui['searching']) => void;
  setReplying: (roomId: string, messageId: string | null) => void;
}

/** What is open on this page. Nothing here comes from the server. */
export const useUi = create<Ui>((set) => ({
  sideCollapsed: false,
  peopleOpen: false,
  askAi: {},
  effort: {},
  editing: null,
  inviting: null,
  settings: null,
  reporting: null,
  forking: null,
  exporting: null,
  replying: {},
  searching: null,
  toggleSide: () => set((ui) => ({ sideCollapsed: !ui.sideCollapsed })),
  setPeopleOpen: (peopleOpen) => set({ peopleOpen }),
  setAskAi: (place, on) => set((ui) => ({ askAi: { ...ui.askAi, [place]: on } })),
  setEffort: (roomId, effort) => set((ui) => ({ effort: { ...ui.effort, [roomId]: effort } })),
  setEditing: (editing) => set({ editing }),
  setInviting: (inviting) => set({ inviting }),
  setReporting: (reporting) => set({ reporting }),
  setSearching: (searching) => set({ searching }),
  setReplying: (roomId, messageId) => set((ui) => ({ replying: { ...ui.replying, [roomId]: messageId } })),
}));
