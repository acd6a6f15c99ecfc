'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { Face } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { lazily } from '@/components/ui/lazily';
import { unturned } from '@/lib/bidi';
import { useMemberCount, useMembers, useRoom } from '@/lib/live/hooks';
import { goOnClick } from '@/lib/live/navigation';
import { may } from '@/lib/rights';
import { useUi } from '@/stores/ui';

const ContextDialog = lazily(async () => (await import('./context-dialog')).ContextDialog, () => null);

export function Header({ roomId, tools }: { roomId: string; tools: ReactNode }) {
  const t = useTranslations('chat');
  const roles = useTranslations('roles');
  const view = useRoom(roomId);
  const members = useMembers(roomId);
  const count = useMemberCount(roomId);
  const peopleOpen = useUi((ui) => ui.peopleOpen);
  const setPeopleOpen = useUi((ui) => ui.setPeopleOpen);
  const setSearching = useUi((ui) => ui.setSearching);
  const role = view?.room.role;
  const [seeing, setSeeing] = useState(false);
  const days = view?.room.retention_days;
  return (
    <header className="flex h-[60px] items-center gap-1.5 border-b border-line bg-bg pr-4 pl-5 max-page:h-14 max-page:pr-1 max-page:pl-3 short:h-11!">
      <Link href="/rooms" onClick={goOnClick} aria-label={t('toRooms')} className="-ml-2.5 hidden size-11 shrink-0 place-items-center text-text-2 max-page:grid"><Icon name="back" /></Link>
      <div className="min-w-0 flex-1">
        <h1 dir="auto" className="truncate text-start text-[16px]/[22px] font-[650] tracking-[-0.01em] max-page:text-[15px]">{view ? unturned(view.room.name) : '\u00a0'}</h1>
        <p className="h-[17px] truncate text-[12.5px]/[17px] text-text-3 max-page:hidden">
          {members.length > 0 && role ? [t('people', { count }), t('youAre', { role: roles(role) }), ...(days ? [t('kept', { days })] : [])].join(' · ') : ''}
        </p>
      </div>
      <span className="mr-1.5 flex pl-2 max-page:hidden">
        {members.slice(0, 4).map(({ user }) => <Face key={user.id} user={user} size={26} className="-ml-[7px] ring-2 ring-bg" />)}
      </span>
      <IconButton icon="search" label={t('search')} onClick={() => setSearching({ roomId })} className="max-page:hidden" />
      {role && may.askAi(role) && <IconButton icon="eye" label={t('seen')} aria-haspopup="dialog" onClick={() => setSeeing(true)} className="max-page:hidden" />}
      {seeing && <ContextDialog roomId={roomId} close={() => setSeeing(false)} />}
      {tools}
      <IconButton icon="people" label={t('peoplePanel')} active={peopleOpen} aria-pressed={peopleOpen} onClick={() => setPeopleOpen(!peopleOpen)} />
    </header>
  );
}
