'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { Dialog } from '@/components/ui/lazy-dialog';
import { useErrorText } from '@/components/use-error-text';
import { goOnClick } from '@/lib/live/navigation';
import { modelName, useModels } from '@/lib/models/use-models';
import { ApiError } from '@/lib/protocol/ports';
import type { Message } from '@/lib/protocol/types';
import { useUsedSummary } from '../api/get-used-summary';

/** Says that a summary stood for older messages when an answer was written, and opens it. */
export function UsedSummary({ message }: { message: Message }) {
  const t = useTranslations('summary');
  const [open, setOpen] = useState(false);
  return (
    <>
      {' · '}
      <button type="button" aria-haspopup="dialog" onClick={() => setOpen(true)} className="underline decoration-dotted underline-offset-2 hover:text-text">{t('used')}</button>
      <Dialog open={open} onOpenChange={setOpen} title={t('title')}><Summary message={message} done={() => setOpen(false)} /></Dialog>
    </>
  );
}

function Summary({ message, done }: { message: Message; done: () => void }) {
  const t = useTranslations('summary');
  const errorText = useErrorText();
  const { models } = useModels();
  const { data, error } = useUsedSummary(message);
  if (error) return <p role="alert" className="text-[14px]/[22px] text-text-2">{error instanceof ApiError && error.code === 'not_found' ? t('gone') : errorText(error)}</p>;
  if (!data) return <p className="min-h-40" aria-busy />;
  const to = (messageId: string) => (children: ReactNode) => (
    <Link
      href={`/rooms/${message.room_id}?message=${messageId}`} prefetch={false} className="text-accent underline"
      onClick={(event) => {
        done();
        goOnClick(event);
      }}
    >
      {children}
    </Link>
  );
  return (
    <div className="grid gap-3 text-[14px]/[22px]">
      <p className="text-[13px]/5 text-text-2">{t.rich('by', { model: modelName(models, data.provider, data.model), first: to(data.from_message_id), last: to(data.to_message_id) })}</p>
      <p dir="auto" className="whitespace-pre-wrap">{data.text}</p>
    </div>
  );
}
