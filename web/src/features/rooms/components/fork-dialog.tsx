'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { useErrorText } from '@/components/use-error-text';
import { go } from '@/lib/live/navigation';
import { useForkRoom } from '../api/fork';
import { useJob } from '../api/job';

/** Says what a fork takes along, begins it, and goes to the new room as soon as there is one. */
export function ForkDialog({ roomId, upTo, close }: { roomId: string; upTo: string | null; close: () => void }) {
  const t = useTranslations('fork');
  const ui = useTranslations('ui');
  const errors = useTranslations('errors');
  const errorText = useErrorText();
  const [attempt] = useState(() => crypto.randomUUID());
  const fork = useForkRoom(roomId);
  const { data: job } = useJob(fork.data?.id ?? null);
  const made = job?.result_id ?? null;
  const code = job?.state === 'failed' ? (job.error_code ?? 'unknown') : null;
  useEffect(() => {
    if (made === null) return;
    close();
    go(`/rooms/${made}`);
  }, [made, close]);
  const busy = fork.isPending || (fork.isSuccess && code === null);
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={t(upTo === null ? 'do' : 'doHere')} description={t(upTo === null ? 'explain' : 'explainHere')}>
      <div className="grid gap-4">
        {fork.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(fork.error)}</p>}
        {code !== null && <p role="alert" className="text-[13px]/5 text-danger">{errors.has(code) ? errors(code) : errors('unknown')}</p>}
        {busy && <p role="status" className="text-[13px]/5 text-text-2">{t('preparing')}</p>}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={close}>{ui('cancel')}</Button>
          <Button kind="primary" disabled={busy || code !== null} onClick={() => fork.mutate({ upTo, key: attempt })}>{t('begin')}</Button>
        </div>
      </div>
    </Dialog>
  );
}
