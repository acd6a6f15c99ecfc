'use client';

import clsx from 'clsx';
import { useFormatter, useTranslations } from 'next-intl';
import { useState } from 'react';
import { lazily } from '@/components/ui/lazily';
import { Dialog } from '@/components/ui/lazy-dialog';
import { useTimeline } from '@/lib/live/hooks';
import { usePreview, type Asked } from '../api/preview-context';

const ContextPanel = lazily(async () => (await import('./context-panel')).ContextPanel);

/** Where what is sent comes near to what the model is sent at most. */
const NEAR = 0.9;

/** What keeps a question from being asked whatever its words are. */
const REFUSED = ['model_not_allowed', 'model_unavailable', 'insufficient_balance', 'cap_reached', 'account_frozen'];

/** What the question would cost, live while it is typed: the line is there already, so nothing moves. */
export function Estimate({ roomId, text, asked }: { roomId: string; text: string; asked: Asked }) {
  const t = useTranslations('context');
  const errors = useTranslations('errors');
  const format = useFormatter();
  const [open, setOpen] = useState(false);
  const last = useTimeline(roomId).messages.findLast((message) => message.status === 'completed')?.id;
  const { shown, code } = usePreview(roomId, text, asked, last);
  if (code !== null && REFUSED.includes(code)) return <span role="status" className="text-warn"> · {errors(code)}</span>;
  if (!shown) return null;
  const { tokens_min: least, tokens_max: most, price_min: cheap, price_max: dear } = shown.estimate;
  const near = shown.total_tokens >= shown.limit * NEAR;
  const dollars = (price: number) => format.number(price, { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });
  return (
    <>
      {' · '}
      <button
        type="button" data-estimate={least} aria-haspopup="dialog" onClick={() => setOpen(true)} title={t('range', { least, most, cheap: dollars(cheap), dear: dollars(dear) })}
        className={clsx('underline decoration-dotted underline-offset-2 hover:text-text', near && 'text-warn')}
      >
        {t('about', { count: least })}
      </button>
      {near && <span className="text-warn"> · {t(shown.summary ? 'nearSummarised' : 'near')}</span>}
      <Dialog open={open} onOpenChange={setOpen} title={t('title')}><ContextPanel roomId={roomId} text={text} asked={asked} done={() => setOpen(false)} /></Dialog>
    </>
  );
}
