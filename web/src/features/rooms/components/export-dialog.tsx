'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { useErrorText } from '@/components/use-error-text';
import { readItem, writeItem } from '@/lib/live/device-storage';
import { useLive } from '@/lib/live/provider';
import { useExport, type Format } from '../api/export';
import { useJob } from '../api/job';
import { ExportJob } from './export-job';

const FORMATS = ['markdown', 'json'] as const;

/** Takes a room along, or what is kept about me. The last file is found again here while it is kept. */
export function ExportDialog({ roomId, close }: { roomId: string | null; close: () => void }) {
  const t = useTranslations('export');
  const ui = useTranslations('ui');
  const errorText = useErrorText();
  const { me } = useLive();
  const place = `yoriai.export.${me.id}.${roomId ?? 'me'}`;
  const [jobId, setJobId] = useState(() => readItem(place));
  const [format, setFormat] = useState<Format>('markdown');
  const [attempt, setAttempt] = useState(() => crypto.randomUUID());
  const { data: job, isError } = useJob(jobId);
  const begin = useExport(roomId);
  const keep = (id: string | null) => {
    writeItem(place, id);
    setJobId(id);
  };
  const again = () => {
    setAttempt(crypto.randomUUID());
    begin.reset();
    keep(null);
  };
  const asked = jobId !== null && !isError;
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={t(roomId === null ? 'doMe' : 'do')} description={t(roomId === null ? 'explainMe' : 'explain')}>
      {asked ? job && <ExportJob job={job} again={again} close={close} /> : (
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            begin.mutate({ format, key: attempt }, { onSuccess: (made) => keep(made.id) });
          }}
        >
          {roomId !== null && (
            <fieldset className="grid gap-1">
              <legend className="pb-1 text-[13px]/5 font-medium">{t('format')}</legend>
              {FORMATS.map((each) => (
                <label key={each} className="flex min-h-11 items-center gap-3 rounded-2 px-2 text-[14px]/5 hover:bg-surface-2">
                  <input type="radio" name="format" value={each} checked={format === each} onChange={() => setFormat(each)} className="size-4 shrink-0 accent-accent" />
                  <span>{t(`formats.${each}`)}<span className="block text-[12.5px]/[18px] text-text-3">{t(`formatHints.${each}`)}</span></span>
                </label>
              ))}
            </fieldset>
          )}
          {begin.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(begin.error)}</p>}
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={close}>{ui('cancel')}</Button>
            <Button type="submit" kind="primary" disabled={begin.isPending}>{t('begin')}</Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
