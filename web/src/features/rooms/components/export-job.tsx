'use client';

import { useFormatter, useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { useErrorText } from '@/components/use-error-text';
import type { components } from '@/lib/api/schema';
import { useDownload } from '../api/export';
import { useCancelJob } from '../api/job';

type Job = components['schemas']['Job'];

/** How far an export is, with a way to end it; then the way to its file, for as long as it is kept. */
export function ExportJob({ job, again, close }: { job: Job; again: () => void; close: () => void }) {
  const t = useTranslations('export');
  const errorText = useErrorText();
  const cancel = useCancelJob(job.id);
  const fetching = useDownload(job.id);
  const open = job.state === 'queued' || job.state === 'running';
  const ready = job.download?.status === 'ready';
  const error = cancel.error ?? fetching.error;
  return (
    <div className="grid gap-4">
      {open ? <Running job={job} /> : ready && job.download ? <Ready download={job.download} /> : <p role="status" className="text-[13.5px]/5"><Over job={job} /></p>}
      {error && <p role="alert" className="text-[13px]/5 text-danger">{errorText(error)}</p>}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={close}>{t('close')}</Button>
        {open ? <Button kind="danger" disabled={cancel.isPending} onClick={() => cancel.mutate()}>{t('cancel')}</Button> : <Button onClick={again}>{t('again')}</Button>}
        {ready && <Button kind="primary" disabled={fetching.isPending} onClick={() => fetching.mutate()}><Icon name="download" size={16} />{t('download')}</Button>}
      </div>
    </div>
  );
}

function Running({ job }: { job: Job }) {
  const t = useTranslations('export');
  const total = Math.max(job.total, job.done);
  return (
    <div className="grid gap-1.5">
      <p role="status" className="text-[13.5px]/5 tabular-nums">{total > 0 ? t('progress', { done: job.done, total }) : t('preparing')}</p>
      <progress aria-label={t('exporting')} max={Math.max(total, 1)} value={job.done} className="h-1.5 w-full accent-accent" />
      <p className="text-[12.5px]/[18px] text-text-3">{t('goesOn')}</p>
    </div>
  );
}

function Ready({ download }: { download: NonNullable<Job['download']> }) {
  const t = useTranslations('export');
  const format = useFormatter();
  const size = download.bytes < 100_000 ? t('kilobytes', { size: Math.max(1, Math.round(download.bytes / 1000)) }) : t('megabytes', { size: Math.round(download.bytes / 100_000) / 10 });
  return (
    <div className="grid gap-1">
      <p role="status" className="text-[13.5px]/5">{t('ready', { size })}</p>
      <p className="text-[12.5px]/[18px] text-text-3">{t('until', { at: format.dateTime(new Date(download.expires_at), { dateStyle: 'medium', timeStyle: 'short' }) })}</p>
    </div>
  );
}

function Over({ job }: { job: Job }) {
  const t = useTranslations('export');
  const errors = useTranslations('errors');
  if (job.state === 'cancelled') return t('cancelled');
  if (job.state === 'failed') return `${t('failed')} ${job.error_code && errors.has(job.error_code) ? errors(job.error_code) : ''}`;
  return job.download ? t('expired') : t('lost');
}
