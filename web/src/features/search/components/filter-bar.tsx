'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { nameOf } from '@/components/ui/face';
import { unturned } from '@/lib/bidi';
import { useRooms } from '@/lib/live/hooks';
import type { Person } from '../api/known-people';
import type { Filters } from '../utils/query';

interface Props {
  filters: Filters;
  people: readonly Person[];
  narrow: (change: Partial<Filters>) => void;
}

const CONTROL = 'shift h-8 rounded-full border px-2.5 text-[12.5px]/4 max-page:h-11';
const REST = 'border-line bg-surface text-text-2 hover:bg-surface-2';
const SET = 'border-accent-line bg-accent-soft font-medium text-accent';

/** What the messages are narrowed to: where, whose, and from when. */
export function FilterBar({ filters, people, narrow }: Props) {
  const t = useTranslations('search');
  const { senderId, fromAi, since, till } = filters;
  const rooms = useRooms();
  const [open, setOpen] = useState(false);
  const narrowed = filters.roomId !== null || senderId !== null || fromAi || since !== '' || till !== '';
  const sender = people.find(({ id }) => id === senderId);
  return (
    <>
      {/* On a phone the keyboard leaves little room: what is seldom used is folded. */}
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className={clsx(CONTROL, 'mt-2 justify-self-start page:hidden', narrowed ? SET : REST)}>{t('filters')}</button>
      <div role="group" aria-label={t('filters')} className={clsx('mt-2 flex flex-wrap items-center gap-1.5', !open && 'max-page:hidden')}>
        <select aria-label={t('room')} value={filters.roomId ?? ''} onChange={({ target }) => narrow({ roomId: target.value || null, senderId: null })} className={clsx(CONTROL, 'max-w-40', filters.roomId ? SET : REST)}>
          <option value="">{t('everywhere')}</option>
          {rooms.map(({ room }) => <option key={room.id} value={room.id}>{unturned(room.name)}</option>)}
        </select>
        <button type="button" aria-pressed={fromAi} onClick={() => narrow({ fromAi: !fromAi, senderId: null })} className={clsx(CONTROL, fromAi ? SET : REST)}>{t('fromAi')}</button>
        <select aria-label={t('sender')} value={senderId ?? ''} onChange={({ target }) => narrow({ senderId: target.value || null, fromAi: false })} className={clsx(CONTROL, 'max-w-40', senderId ? SET : REST)}>
          <option value="">{t('anybody')}</option>
          {senderId !== null && !sender && <option value={senderId}>{t('theirs')}</option>}
          {people.map((user) => <option key={user.id} value={user.id}>{nameOf(user)}</option>)}
        </select>
        <label className="flex items-center gap-1 text-[12.5px]/4 text-text-3">{t('since')}<input type="date" value={since} onChange={({ target }) => narrow({ since: target.value })} className={clsx(CONTROL, since ? SET : REST)} /></label>
        <label className="flex items-center gap-1 text-[12.5px]/4 text-text-3">{t('till')}<input type="date" value={till} onChange={({ target }) => narrow({ till: target.value })} className={clsx(CONTROL, till ? SET : REST)} /></label>
      </div>
    </>
  );
}
