'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Confirm } from '@/components/confirm';
import { Button } from '@/components/ui/button';
import { useErrorText } from '@/components/use-error-text';
import { useMoment } from '@/components/use-moment';
import type { Room } from '@/lib/protocol/types';
import { may } from '@/lib/rights';
import { notify } from '@/stores/toasts';
import { useSetRetention } from '../api/set-retention';
import { SettingsRow } from './settings-row';

/** What is offered, in days; the last is ten years. */
const CHOICES = [30, 90, 180, 365, 1_095, 3_650];
const FOR_EVER = 0;

/** For how long the room keeps its messages: for its master to choose, for others to read. */
export function Retention({ room }: { room: Room }) {
  const t = useTranslations('retention');
  const moment = useMoment();
  const errorText = useErrorText();
  const set = useSetRetention(room.id);
  const [wish, setWish] = useState<number | null>(null);
  const pending = room.retention_pending;
  const days = room.retention_days ?? FOR_EVER;
  const save = (next: number) => set.mutateAsync(next === FOR_EVER ? null : next);
  const takeBack = () => void save(days).then(() => notify({ text: t('withdrawn') }), (error: unknown) => notify({ text: errorText(error), amiss: true }));
  const shorter = wish !== null && wish !== FOR_EVER && (days === FOR_EVER || wish < days);
  const hint = pending ? t('pending', { days: pending.days, date: moment(pending.effective_at) }) : t(days === FOR_EVER ? 'everything' : 'removed', { days });
  return (
    <SettingsRow title={t('title')} hint={hint}>
      {may.retention(room.role ?? 'reader') ? (
        <>
          <select
            aria-label={t('title')} value={days} disabled={set.isPending} onChange={(event) => setWish(Number(event.target.value))}
            className="shift min-h-9 rounded-2 border border-line-strong bg-surface px-2.5 text-[14px]/5 max-page:min-h-11"
          >
            {[FOR_EVER, ...new Set([...CHOICES, ...(days === FOR_EVER ? [] : [days])])].sort((a, b) => a - b).map((choice) => <option key={choice} value={choice}>{t('days', { days: choice })}</option>)}
          </select>
          {pending && <Button disabled={set.isPending} onClick={takeBack}>{t('takeBack')}</Button>}
        </>
      ) : <span className="text-[14px]/5 text-text-2">{t('days', { days })}</span>}
      <Confirm
        open={wish !== null} onOpenChange={() => setWish(null)} title={t('sure', { days: wish ?? FOR_EVER })} label={t(shorter ? 'announce' : 'keepLonger')} danger={shorter}
        description={t(shorter ? 'effect' : 'effectLonger', { days: wish ?? FOR_EVER })}
        work={async () => {
          await save(wish ?? FOR_EVER);
          notify({ text: t(shorter ? 'announced' : 'saved') });
        }}
      />
    </SettingsRow>
  );
}
