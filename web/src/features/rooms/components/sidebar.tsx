'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import { useRooms } from '@/lib/live/hooks';
import { useUi } from '@/stores/ui';
import { NewRoomDialog } from './new-room-dialog';
import { RoomRow } from './room-row';

/** All rooms, newest activity first. Below 1024 px a rail of tiles; on a phone a page of its own. */
export function Sidebar({ currentId, foot }: { currentId: string | null; foot: ReactNode }) {
  const t = useTranslations('rooms');
  const rooms = useRooms();
  const [making, setMaking] = useState(false);
  const toggle = useUi((ui) => ui.toggleSide);
  return (
    <nav aria-label={t('title')} className="flex h-full min-h-0 flex-col border-r border-line bg-side max-page:border-r-0">
      <div className="flex items-center justify-between gap-1 px-4 pt-3 pb-2.5 rail:flex-col rail:px-2">
        <Link href="/rooms" className="flex items-center gap-2.5 text-[17px] font-bold tracking-[-0.01em]" aria-label="Yoriai">
          <span aria-hidden="true" lang="ja" className="grid size-7 place-items-center rounded-[8px] bg-accent text-[15px] font-semibold text-on-accent">寄</span>
          <span className="rail:hidden">Yoriai</span>
        </Link>
        <span className="flex rail:flex-col">
          <IconButton icon="side" label={t('toggleSide')} onClick={toggle} className="max-side:hidden" />
          <IconButton icon="plus" label={t('new')} onClick={() => setMaking(true)} />
        </span>
      </div>
      <h2 className="px-[18px] pt-1 pb-1.5 text-[12px]/4 font-semibold text-text-3 rail:hidden">{t('title')}</h2>
      <div className="min-h-0 flex-1 overflow-y-auto px-2.5 pb-2 rail:px-2">
        {rooms.length === 0 ? (
          <div className="grid justify-items-start gap-3 px-2 py-2 rail:hidden">
            <p className="text-[13.5px]/5 text-text-2">{t('empty')}</p>
            <Button onClick={() => setMaking(true)}>{t('new')}</Button>
          </div>
        ) : (
          <ul className="grid gap-px">{rooms.map((view) => <RoomRow key={view.room.id} view={view} current={view.room.id === currentId} />)}</ul>
        )}
      </div>
      {foot}
      <NewRoomDialog open={making} onOpenChange={setMaking} />
    </nav>
  );
}
