'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { Icon } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { useRooms } from '@/lib/live/hooks';
import { goOnClick } from '@/lib/live/navigation';
import { useUi } from '@/stores/ui';
import { RoomRow } from './room-row';

/** All rooms, newest activity first, archived ones folded at the end. Below 1024 px a rail of tiles; on a phone a page of its own. */
export function Sidebar({ currentId, foot }: { currentId: string | null; foot: ReactNode }) {
  const t = useTranslations('rooms');
  const rooms = useRooms();
  const [unfolded, setUnfolded] = useState(false);
  const toggle = useUi((ui) => ui.toggleSide);
  const setSearching = useUi((ui) => ui.setSearching);
  const archived = rooms.filter(({ room }) => room.is_archived);
  const shown = unfolded || archived.some(({ room }) => room.id === currentId);
  return (
    <nav aria-label={t('title')} className="flex h-full min-h-0 flex-col border-r border-line bg-side max-page:border-r-0">
      <div className="flex items-center justify-between gap-1 px-4 pt-3 pb-2.5 rail:flex-col rail:px-2">
        <Link href="/rooms" onClick={goOnClick} className="flex items-center gap-2.5 text-[17px] font-bold tracking-[-0.01em]" aria-label="Yoriai">
          <span aria-hidden="true" lang="ja" className="grid size-7 place-items-center rounded-[8px] bg-accent text-[15px] font-semibold text-on-accent">寄</span>
          <span className="rail:hidden">Yoriai</span>
        </Link>
        <span className="flex rail:flex-col">
          <IconButton icon="side" label={t('toggleSide')} onClick={toggle} className="max-side:hidden" />
          <IconButton icon="search" label={t('search')} title={t('searchKey')} onClick={() => setSearching({ roomId: null })} />
          <Link href="/rooms?new" onClick={goOnClick} aria-label={t('new')} title={t('newKey')} className="shift grid size-9 shrink-0 place-items-center rounded-2 text-text-2 hover:bg-surface-2 max-page:size-11"><Icon name="plus" /></Link>
        </span>
      </div>
      <h2 className="px-[18px] pt-1 pb-1.5 text-[12px]/4 font-semibold text-text-3 rail:hidden">{t('title')}</h2>
      <div className="min-h-0 flex-1 overflow-y-auto px-2.5 pb-2 rail:px-2">
        {rooms.length === 0 ? (
          <div className="grid justify-items-start gap-3 px-2 py-2 rail:hidden">
            <p className="text-[13.5px]/5 text-text-2">{t('empty')}</p>
            <Link href="/rooms?new" onClick={goOnClick} className="shift inline-flex h-10 items-center rounded-2 border border-line bg-surface px-4 text-[14px] font-medium hover:bg-surface-2 max-page:h-11 page:hidden">{t('new')}</Link>
          </div>
        ) : (
          <ul className="grid gap-px">{rooms.filter(({ room }) => !room.is_archived).map((view) => <RoomRow key={view.room.id} view={view} current={view.room.id === currentId} />)}</ul>
        )}
        {archived.length > 0 && (
          <>
            <button type="button" aria-expanded={shown} onClick={() => setUnfolded(!shown)} className="shift mt-2 flex min-h-9 w-full items-center gap-1.5 rounded-2 px-2 text-left text-[12px]/4 font-semibold text-text-3 hover:bg-surface/60 max-page:min-h-11 rail:justify-center">
              <Icon name={shown ? 'down' : 'next'} size={15} /><span className="rail:sr-only">{t('archivedRooms', { count: archived.length })}</span>
            </button>
            <ul className={clsx('grid gap-px', !shown && 'hidden')}>{archived.map((view) => <RoomRow key={view.room.id} view={view} current={view.room.id === currentId} />)}</ul>
          </>
        )}
      </div>
      {foot}
    </nav>
  );
}
