'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { nameOf } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { useMembers, useRoom } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';

/** Whether the question and its answer are for nobody else's eyes. */
export function PrivateSwitch({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  const t = useTranslations('private');
  return (
    <button
      type="button" aria-pressed={on} title={t('switchHint')} onClick={() => onChange(!on)}
      className={clsx('shift inline-flex h-8 items-center gap-1.5 rounded-full border pr-3 pl-2.5 text-[13px] font-medium whitespace-nowrap max-page:h-11 short:h-8!', on ? 'border-private-line bg-surface text-private' : 'border-line text-text-2 hover:bg-surface-2')}
    >
      <Icon name="lock" size={15} />{t('switch')}
    </button>
  );
}

/** Who can notice what, before anything is asked. */
export function PrivateNote({ roomId }: { roomId: string }) {
  const t = useTranslations('private');
  const { me } = useLive();
  const owner = useRoom(roomId)?.room.owner_id;
  const payer = useMembers(roomId).find(({ user }) => user.id === owner);
  return (
    <p role="status" className="mt-0.5 text-center text-[12.5px]/[18px] text-private short:hidden">
      {owner === me.id ? t('seen') : payer ? t('seenPays', { name: nameOf(payer.user) }) : t('seenMaster')}
    </p>
  );
}
