'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { useErrorText } from '@/components/use-error-text';
import { codePointsOf } from '@/lib/graphemes';
import { notify } from '@/stores/toasts';
import { REASONS, useReportMessage, type Reason } from '../api/reports';

const MAX_NOTE = 1_000;

export function ReportForm({ roomId, messageId, done }: { roomId: string; messageId: string; done: () => void }) {
  const t = useTranslations('safety');
  const errorText = useErrorText();
  const [reason, setReason] = useState<Reason | null>(null);
  const [note, setNote] = useState('');
  const report = useReportMessage(roomId, messageId);
  const tooLong = codePointsOf(note.trim()) > MAX_NOTE;
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === null || tooLong) return;
        report.mutate({ reason, ...(note.trim() && { note: note.trim() }) }, {
          onSuccess: () => {
            notify({ text: t('reported') });
            done();
          },
        });
      }}
    >
      <fieldset className="grid gap-0.5">
        <legend className="mb-1 text-[13px]/5 font-medium text-text-2">{t('reason')}</legend>
        {REASONS.map((each) => (
          <label key={each} className="flex min-h-9 items-center gap-2.5 text-[14px]/5 max-page:min-h-11">
            <input type="radio" name="reason" value={each} checked={reason === each} onChange={() => setReason(each)} className="size-4 accent-accent" />{t(`reasons.${each}`)}
          </label>
        ))}
      </fieldset>
      <Field label={t('note')} error={tooLong ? t('noteTooLong', { limit: MAX_NOTE }) : undefined}>
        {(own) => <textarea {...own} rows={3} value={note} dir="auto" onChange={(event) => setNote(event.target.value)} />}
      </Field>
      {report.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(report.error)}</p>}
      <div className="flex justify-end"><Button type="submit" kind="primary" disabled={reason === null || tooLong || report.isPending}>{t('reportDo')}</Button></div>
    </form>
  );
}
