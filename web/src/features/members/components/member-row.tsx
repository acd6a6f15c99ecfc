'use client';

import { useTranslations } from 'next-intl';
import { Face, nameOf } from '@/components/ui/face';
import { useBlocked } from '@/lib/live/blocks';
import { useLive } from '@/lib/live/provider';
import type { Member, Room } from '@/lib/protocol/types';
import type { Act } from './member-dialogs';
import { MemberMenu } from './member-menu';

export function MemberRow({ room, member, onAct }: { room: Room; member: Member; onAct: (act: Act) => void }) {
  const t = useTranslations('members');
  const roles = useTranslations('roles');
  const { me } = useLive();
  const { user, role, online, monthly_cap: cap } = member;
  const mine = user.id === me.id;
  const blocked = useBlocked().has(user.id);
  const notes = [
    user.display_name && user.display_name !== user.username && `@${user.username}`,
    blocked && t('blocked'),
    room.offered_to === user.id && t('offered'),
    typeof cap === 'number' && t('capOf', { cap }),
  ].filter(Boolean);
  return (
    <li data-user={user.username} className="flex min-h-12 items-center gap-2.5">
      <span className="relative">
        <Face user={user} className={blocked ? 'opacity-45' : undefined} />
        {online && <i role="img" aria-label={t('online')} title={t('online')} className="absolute -right-0.5 -bottom-0.5 size-3 rounded-full bg-ok ring-2 ring-surface" />}
      </span>
      <span className="grid min-w-0 flex-1">
        <b className="truncate text-[14px]/5 font-medium"><bdi>{nameOf(user)}</bdi>{mine && <span className="font-normal text-text-3"> {t('you')}</span>}</b>
        {notes.length > 0 && <small className="truncate text-[12.5px]/[17px] text-text-3">{notes.join(' · ')}</small>}
      </span>
      <span data-role={role} className="text-[12.5px] whitespace-nowrap text-text-3">{roles(role)}</span>
      {mine ? <span className="w-7 shrink-0 max-page:w-11" /> : <MemberMenu room={room} member={member} blocked={blocked} onAct={onAct} />}
    </li>
  );
}
