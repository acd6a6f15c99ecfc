'use client';

import { useTranslations } from 'next-intl';
import { usePathname, useSearchParams } from 'next/navigation';
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import { Toasts } from '@/components/toasts';
import { lazily } from '@/components/ui/lazily';
import { MeMenu } from '@/features/auth/components/me-menu';
import { GroupsLink } from '@/features/groups/components/groups-link';
import { Inbox } from '@/features/notifications/components/inbox';
import { Exporting } from '@/features/rooms/components/export-button';
import { Sidebar } from '@/features/rooms/components/sidebar';
import { Search } from '@/features/search/components/search';
import { useAnswersEnded, useWatchAnswers } from '@/lib/live/answers';
import { useRoom, useRooms } from '@/lib/live/hooks';
import { useLeftRooms } from '@/lib/live/left-rooms';
import { go, hasReadOn } from '@/lib/live/navigation';
import { usePageTitle } from '@/lib/live/use-page-title';
import { notify } from '@/stores/toasts';
import { useUi } from '@/stores/ui';
import { RoomPage } from './rooms/[roomId]/room-page';

/** Drawn by the server where it is the first page; elsewhere its code comes once the first page is there, so that it needs no connection. */
const startPage = () => import('@/features/rooms/components/start-page');
const StartPage = lazy(async () => ({ default: (await startPage()).StartPage }));
const AccountPage = lazily(async () => (await import('@/features/account/components/account-page')).AccountPage);
const BillingPage = lazily(async () => (await import('@/features/billing/components/billing-page')).BillingPage);

/** The pages that are no rooms. */
const PAGES = {
  groups: () => <GroupsPage foot={<BlockedPeople />} />,
  billing: () => <BillingPage />,
  account: () => <AccountPage />,
};

/**
 * The frame around every page of a signed-in person. On a phone the list and a room are pages of their own. Which room is on screen
 * follows from the address alone: the server makes the first page, and from then on rooms change here, at once and without a connection.
 */
export function Frame({ children }: { children: ReactNode }) {
  const t = useTranslations('app');
  const collapsed = useUi((ui) => ui.sideCollapsed);
  const shown = useShown();
  const [first] = useState(shown.key);
  const page = shown.page ? PAGES[shown.page]() : shown.roomId === null ? <Suspense><StartPage /></Suspense> : shown.key === first ? children : <RoomPage key={shown.key} roomId={shown.roomId} messageId={shown.messageId} seed={null} />;
  const list = shown.roomId === null && !shown.starts && !shown.page;
  useTitle(shown.roomId, shown.page);
  useWatchAnswers(shown.roomId);
  useLeftRooms();
  useShortcuts();
  useNoFiles();
  useEffect(() => void startPage().catch(() => undefined), []);
  return (
    <div className="app grid h-dvh grid-cols-[280px_minmax(0,1fr)] grid-rows-[minmax(0,1fr)] rail:grid-cols-[64px_minmax(0,1fr)] max-page:grid-cols-[minmax(0,1fr)]" data-collapsed={collapsed}>
      <a
        href="#content" className="sr-only z-70 rounded-2 bg-surface px-4 py-2.5 text-[14px]/5 font-medium text-accent shadow-float focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        onClick={(event) => {
          event.preventDefault();
          (document.getElementById('message-box') ?? document.getElementById('content'))?.focus();
        }}
      >
        {t('skip')}
      </a>
      <div className={list ? 'min-h-0' : 'min-h-0 max-page:hidden'}><Sidebar currentId={shown.roomId} foot={<><div className="flex gap-1 px-2.5 pb-1 rail:flex-col rail:px-2"><Inbox /><GroupsLink current={shown.page === 'groups'} /></div><MeMenu /></>} /></div>
      <div id="content" tabIndex={-1} className={list ? 'grid min-h-0 min-w-0 outline-none max-page:hidden' : 'grid min-h-0 min-w-0 outline-none'}>{page}</div>
      <Search />
      <Exporting />
      <Toasts />
    </div>
  );
}

const GroupsPage = lazily(async () => (await import('@/features/groups/components/groups-page')).GroupsPage);
const BlockedPeople = lazily(async () => (await import('@/features/safety/components/blocked-people')).BlockedPeople);

const PAGE = /^\/(groups|billing|account)$/;
const ROOM = /^\/rooms\/([0-9a-f-]{36})$/;

/** What the address asks for: a room, maybe at one of its messages, or a new one. */
function useShown(): { roomId: string | null; messageId: string | null; starts: boolean; page: keyof typeof PAGES | null; key: string } {
  const pathname = usePathname();
  const roomId = ROOM.exec(pathname)?.[1] ?? null;
  const search = useSearchParams();
  const messageId = roomId === null ? null : search.get('message');
  const [place, setPlace] = useState({ roomId, messageId, readOn: false, visit: 0 });
  // Reading on from a message takes it out of the address: the page stays. Whoever goes to the room enters it anew.
  const readOn = place.roomId === roomId && messageId === null && (place.readOn || hasReadOn());
  if (readOn !== place.readOn) setPlace(readOn ? { ...place, readOn } : { roomId, messageId, readOn, visit: place.visit + 1 });
  else if (!readOn && (place.roomId !== roomId || place.messageId !== messageId)) setPlace({ roomId, messageId, readOn, visit: place.visit + 1 });
  return { ...place, starts: search.has('new'), page: PAGE.exec(pathname)?.[1] as keyof typeof PAGES | undefined ?? null, key: `${place.roomId} ${place.messageId} ${place.visit}` };
}

function useTitle(roomId: string | null, page: keyof typeof PAGES | null): void {
  const groups = useTranslations('groups');
  const t = useTranslations('rooms');
  const money = useTranslations('billing');
  const account = useTranslations('account');
  const rooms = useRooms();
  const name = useRoom(roomId ?? '')?.room.name;
  const ended = useAnswersEnded();
  // What stands in the room on screen is unread only while one looks elsewhere.
  const away = typeof document !== 'undefined' && (document.hidden || !document.hasFocus());
  const unseen = rooms.filter(({ room }) => room.id !== roomId || away);
  const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0);
  const title = page === 'groups' ? groups('title') : page === 'billing' ? money('title') : page === 'account' ? account('title') : roomId === null ? t('title') : name;
  usePageTitle(title, sum(unseen.map(({ unread }) => unread)) + ended, sum(unseen.map(({ mentions }) => mentions)));
}

/** ⌘⇧O, or Ctrl+Shift+O, begins a new room; ⌘K, or Ctrl+K, looks for one. */
function useShortcuts(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!(event.metaKey || event.ctrlKey) || event.altKey || event.code !== (event.shiftKey ? 'KeyO' : 'KeyK')) return;
      event.preventDefault();
      if (!event.shiftKey) {
        const { searching, setSearching } = useUi.getState();
        return setSearching(searching ? null : { roomId: null });
      }
      go('/rooms?new');
      requestAnimationFrame(() => document.getElementById('message-box')?.focus());
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
}

/** A file that is dropped anywhere would open in place of the page or in a new tab. */
function useNoFiles(): void {
  const t = useTranslations('ui');
  useEffect(() => {
    const holds = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => holds(event) && event.preventDefault();
    const dropped = (event: DragEvent) => {
      if (!holds(event)) return;
      event.preventDefault();
      notify({ text: t('noFiles'), amiss: true });
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', dropped);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', dropped);
    };
  }, [t]);
}
