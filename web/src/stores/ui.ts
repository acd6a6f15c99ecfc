'use client';

import { create } from 'zustand';

interface Ui {
  sideCollapsed: boolean;
  peopleOpen: boolean;
  askAi: Record<string, boolean>;
  /** My message that is being edited. */
  editing: string | null;
  toggleSide: () => void;
  setPeopleOpen: (open: boolean) => void;
  setAskAi: (place: string, on: boolean) => void;
  setEditing: (messageId: string | null) => void;
}

/** What is open on this page. Nothing here comes from the server. */
export const useUi = create<Ui>((set) => ({
  sideCollapsed: false,
  peopleOpen: false,
  askAi: {},
  editing: null,
  toggleSide: () => set((ui) => ({ sideCollapsed: !ui.sideCollapsed })),
  setPeopleOpen: (peopleOpen) => set({ peopleOpen }),
  setAskAi: (place, on) => set((ui) => ({ askAi: { ...ui.askAi, [place]: on } })),
  setEditing: (editing) => set({ editing }),
}));
