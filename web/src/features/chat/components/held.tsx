'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { Icon } from '@/components/ui/icon';
import { useLive } from '@/lib/live/provider';
import type { Unsent } from '@/lib/protocol/types';
import { Unaffordable } from './unaffordable';

/** What is refused of one model, another may be asked. */
const MODEL = ['model_not_allowed', 'model_unavailable'];
const BUTTON = 'shift min-h-7 rounded-1 px-2 text-[13px] font-medium whitespace-nowrap hover:bg-surface-2 max-page:min-h-11';

/** Why something was not sent, or not yet, and what can be done. */
export function Held({ unsent }: { unsent: Unsent }) {
  const t = useTranslations('chat');
  const errors = useTranslations('errors');
  const { client } = useLive();
  if (unsent.state === 'queued') {
    return (
      <p role="status" className="mt-1 flex flex-wrap items-center gap-x-2 text-[13px]/5 text-text-3">
        <span className="min-w-3/5 flex-1">{t('queuedWhy')}</span>
        <button type="button" className={clsx(BUTTON, 'text-text-2')} onClick={() => client.discardSend(unsent.client_message_id)}>{t('discard')}</button>
      </p>
    );
  }
  return (
    <p role="alert" className="mt-1 flex flex-wrap items-center gap-x-2 rounded-1 py-1 pr-1 pl-3 text-[14px]/[22px] text-text-2 shadow-[inset_2px_0_0_var(--danger)]">
      <Icon name="alert" size={15} className="text-danger" />
      <span className="min-w-3/5 flex-1">{t('sentences', { first: t('notSent'), second: errors(unsent.code && errors.has(unsent.code) ? unsent.code : 'unknown') })} <Unaffordable roomId={unsent.room_id} code={unsent.code} /></span>
      {unsent.ai?.model !== undefined && MODEL.includes(unsent.code ?? '') && <button type="button" className={clsx(BUTTON, 'text-accent')} onClick={() => client.retrySend(unsent.client_message_id, {})}>{t('askRooms')}</button>}
      <button type="button" className={clsx(BUTTON, 'text-accent')} onClick={() => client.retrySend(unsent.client_message_id)}>{t('tryAgain')}</button>
      <button type="button" className={clsx(BUTTON, 'text-text-2')} onClick={() => client.discardSend(unsent.client_message_id)}>{t('discard')}</button>
    </p>
  );
}
