'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useEffect } from 'react';
import { nameOf } from '@/components/ui/face';
import { goOnClick } from '@/lib/live/navigation';
import { usePerson, useRoom } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';

const REFUSALS = ['insufficient_balance', 'cap_reached', 'account_frozen'];

/** What to do about a question that nobody could pay for; nothing for any other refusal. */
export function Unaffordable({ roomId, code }: { roomId: string; code: string | undefined }) {
  const t = useTranslations('billing');
  const { me } = useLive();
  const view = useRoom(roomId);
  const queries = useQueryClient();
  // What was known of the balance and of limits was not true any more.
  useEffect(() => {
    if (code === undefined || !REFUSALS.includes(code)) return;
    for (const kind of ['balance', 'spending']) void queries.invalidateQueries({ queryKey: [kind] });
  }, [queries, code]);
  const owner = usePerson(roomId, view?.room.owner_id);
  if (code === undefined || !REFUSALS.includes(code) || !view) return null;
  if (view.room.owner_id !== me.id) return t(code === 'cap_reached' ? 'askToRaise' : 'askPayer', { name: owner ? nameOf(owner) : t('master') });
  return <>{code === 'cap_reached' ? t('budgetUsed') : t('withoutAi')} <Link href="/billing" onClick={goOnClick} className="font-medium text-accent underline">{t('seeBalance')}</Link></>;
}
