'use client';

import { create } from 'zustand';

interface Ui {
  sideCollapsed: boolean;
  peopleOpen: boolean;
  drafts: Record<string, string>;
  askAi: Record<string, boolean>;
  toggleSide: () => void;
  setPeopleOpen: (open: boolean) => void;
  setDraft: (roomId: string, text: string) => void;
  setAskAi: (roomId: string, on: boolean) => void;
}

/** What is open and half-written on this page. Nothing here comes from the server. */
export const useUi = create<Ui>((set) => ({
  sideCollapsed: false,
  peopleOpen: true,
  drafts: {},
  askAi: {},
  toggleSide: () => set((ui) => ({ sideCollapsed: !ui.sideCollapsed })),
  setPeopleOpen: (peopleOpen) => set({ peopleOpen }),
  setDraft: (roomId, text) => set((ui) => ({ drafts: { ...ui.drafts, [roomId]: text } })),
  setAskAi: (roomId, on) => set((ui) => ({ askAi: { ...ui.askAi, [roomId]: on } })),
}));
