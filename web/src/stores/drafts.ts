'use client';

import { useCallback, useEffect, useMemo } from 'react';
import { create } from 'zustand';
import { useLive } from '@/lib/live/provider';
import type { ModelChoice } from '@/lib/models/choice';
import { itemsBelow, readItem, writeItem } from '@/lib/live/device-storage';

const DRAFT = 'yoriai.draft.';
/** Behind a room's id: whether what is begun there is for the AI alone, and which model shall answer it. */
const PRIVATE = ' private';
const MODEL = ' model';
const CHOICES = [PRIVATE, MODEL];
const WRITE_AFTER_MS = 250;

/** Half-written texts, by person and place. */
const useTexts = create<Record<string, string>>(() => ({}));

let loaded: string | null = null;
const unwritten = new Map<string, ReturnType<typeof setTimeout>>();

/**
 * A text being written: it outlives the page, a crash and the end of the session, and nobody else sees it. A place is a room's id,
 * a message that is edited (`editPlace`), or the start page.
 */
export function useDraft(place: string): [string, (text: string) => void] {
  const { me } = useLive();
  const key = `${me.id}.${place}`;
  useEffect(() => load(me.id), [me.id]);
  return [useTexts((texts) => texts[key] ?? ''), useCallback((text: string) => set(key, text), [key])];
}

/** Whether what is being written in a room is for the AI alone. It is kept as the words are. */
export function usePrivately(roomId: string): [boolean, (on: boolean) => void] {
  const [kept, keep] = useDraft(roomId + PRIVATE);
  return [kept !== '', useCallback((on: boolean) => keep(on ? 'on' : ''), [keep])];
}

/** The model that shall answer the next question of a room instead of the room's own. It is kept as the words are, until they are sent. */
export function useAskedModel(roomId: string): [ModelChoice | null, (model: ModelChoice | null) => void] {
  const [kept, keep] = useDraft(roomId + MODEL);
  const asked = useMemo(() => {
    const slash = kept.indexOf('/');
    return slash > 0 ? { provider: kept.slice(0, slash), id: kept.slice(slash + 1) } : null;
  }, [kept]);
  return [asked, useCallback((model: ModelChoice | null) => keep(model ? `${model.provider}/${model.id}` : ''), [keep])];
}

/** What this person has begun to write, by place, also in other tabs. */
export function draftsOf(userId: string): Map<string, string> {
  const texts = new Map(itemsBelow(`${DRAFT}${userId}.`));
  for (const [key, text] of Object.entries(useTexts.getState())) if (key.startsWith(`${userId}.`)) texts.set(key.slice(userId.length + 1), text);
  return new Map([...texts].filter(([place, text]) => !CHOICES.some((choice) => place.endsWith(choice)) && text.trim() !== ''));
}

/** Puts a text into a draft from outside of its box. */
export function putDraft(userId: string, place: string, text: string): void {
  set(`${userId}.${place}`, text);
}

/** Where a message of a room is edited. */
export function editPlace(roomId: string, messageId: string): string {
  return `edit.${roomId}.${messageId}`;
}

/** Forgets what was begun in a room, its edited messages included. */
export function dropRoomDrafts(userId: string, roomId: string): void {
  dropDraft(userId, roomId);
  for (const place of draftsOf(userId).keys()) if (place.startsWith(editPlace(roomId, ''))) dropDraft(userId, place);
}

/** Forgets what was begun in a place: nothing of it stays on the device. A page that shows it may still hand it to who typed it. */
function dropDraft(userId: string, place: string): void {
  for (const key of ['', ...CHOICES].map((choice) => `${userId}.${place}${choice}`)) {
    clearTimeout(unwritten.get(key));
    unwritten.delete(key);
    writeItem(DRAFT + key, null);
  }
}

/** Forgets everything, here and on the device. */
export function dropDrafts(): void {
  for (const timer of unwritten.values()) clearTimeout(timer);
  unwritten.clear();
  for (const [place] of itemsBelow(DRAFT)) writeItem(DRAFT + place, null);
  loaded = null;
  useTexts.setState({}, true);
}

function set(key: string, text: string): void {
  useTexts.setState({ [key]: text });
  // Writing to the device takes its time with a long text: not at each key.
  unwritten.set(key, unwritten.get(key) ?? setTimeout(() => write(key), WRITE_AFTER_MS));
}

function write(key: string): void {
  clearTimeout(unwritten.get(key));
  unwritten.delete(key);
  writeItem(DRAFT + key, useTexts.getState()[key] || null);
}

/** Takes what the device holds. What was typed before the page came alive follows what was kept. */
function load(userId: string): void {
  if (loaded === userId) return;
  loaded = userId;
  const texts = useTexts.getState();
  for (const [place, kept] of itemsBelow(`${DRAFT}${userId}.`)) {
    const key = `${userId}.${place}`;
    const typed = texts[key];
    set(key, typed && typed !== kept ? `${kept}\n${typed}` : kept);
  }
}

if (typeof window !== 'undefined') {
  window.addEventListener('pagehide', () => {
    for (const key of [...unwritten.keys()]) write(key);
  });
  // Another tab writes the same draft on: a tab that nobody looks at follows.
  window.addEventListener('storage', ({ key, newValue }) => {
    if (document.hidden && key?.startsWith(DRAFT) && readItem(key) === newValue) useTexts.setState({ [key.slice(DRAFT.length)]: newValue ?? '' });
  });
}
