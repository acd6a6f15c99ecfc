'use client';

import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { useErrorText } from '@/components/use-error-text';
import { go } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';
import type { Room } from '@/lib/protocol/types';
import { notify } from '@/stores/toasts';
import { useCancelJob, useJob } from '../api/job';

/** How far a copy is, with a way to end it. The job that fills a room has the room's id. */
export function ForkProgress({ room }: { room: Room }) {
  const t = useTranslations('fork');
  const errorText = useErrorText();
  const { client } = useLive();
  const { data: job } = useJob(room.id);
  const cancel = useCancelJob(room.id);
  const over = job?.state === 'failed' || job?.state === 'cancelled' ? job.state : null;
  const done = job?.done ?? 0;
  const total = Math.max(job?.total ?? 0, done);
  useEffect(() => {
    if (over === null) return;
    notify({ text: t(over), amiss: over === 'failed' });
    go('/rooms');
    client.purge(room.id);
  }, [client, over, room.id, t]);
  return (
    <section aria-label={t('copying')} className="border-b border-line bg-accent-soft px-5 py-2.5 text-[13.5px]/5 max-page:px-3.5">
      <div className="mx-auto flex max-w-[768px] flex-wrap items-center gap-x-3 gap-y-2">
        <Icon name="fork" size={18} className="text-accent max-page:hidden" />
        <div className="grid min-w-0 grow basis-56 gap-1.5">
          <p className="tabular-nums">{t('progress', { done, total })}</p>
          <progress aria-label={t('copying')} max={Math.max(total, 1)} value={done} className="h-1.5 w-full accent-accent" />
          {cancel.isError && <p role="alert" className="text-danger">{errorText(cancel.error)}</p>}
        </div>
        <Button className="h-9" disabled={cancel.isPending || over !== null} onClick={() => cancel.mutate()}>{t('cancel')}</Button>
      </div>
    </section>
  );
}
