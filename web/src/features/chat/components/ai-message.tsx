'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { memo, useState } from 'react';
import { Markdown } from '@/components/markdown/markdown';
import { Time } from '@/components/time';
import { ModelFace } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { modelName, useModels } from '@/lib/models/use-models';
import { useLive } from '@/lib/live/provider';
import type { Message } from '@/lib/protocol/types';
import { may, type Role } from '@/lib/rights';
import { useAttempts } from '../api/list-attempts';
import { usePacedText } from '../hooks/use-paced-text';
import { Excluded, Tombstone } from './human-message';
import { MessageMenu } from './message-menu';
import { useTrouble } from './trouble';

interface Props {
  message: Message;
  role: Role;
  /** Whether the question was mine, which decides who may ask again. */
  own: boolean;
  payer: string | null;
  marked: boolean;
}

export const AiMessage = memo(function AiMessage({ message, role, own, payer, marked }: Props) {
  const t = useTranslations('chat');
  const report = useTrouble();
  const { models } = useModels();
  const { client } = useLive();
  const [looked, setLooked] = useState<number | null>(null);
  const [asking, setAsking] = useState(false);
  const growing = message.status === 'streaming';
  const running = growing || message.status === 'pending';
  const text = usePacedText(message.content, growing);
  const ai = message.ai;
  const name = ai ? modelName(models, ai.provider, ai.model) : t('ai');
  const attempts = useAttempts(message, looked !== null && !running);
  const earlier = running || looked === null || looked === ai?.attempt ? undefined : attempts.data?.items.find((attempt) => attempt.attempt === looked);
  const again = () => {
    setLooked(null);
    if (!message.answers) return;
    // Until the answer shows that it is being written, pressing once more would ask for another.
    setAsking(true);
    client.regenerate(message.room_id, message.answers).catch(report).finally(() => setAsking(false));
  };

  if (message.deleted_at) return <Tombstone message={message} name={name} marked={marked} />;
  const mayAgain = may.steerReply(role, own) && message.answers !== null;
  const shown = earlier ? earlier.content : text;
  const state = earlier ?? { status: message.status, error_code: ai?.error_code ?? null, charged_tokens: ai?.charged_tokens ?? null };
  return (
    <article
      id={`m-${message.id}`} aria-label={t('messageOf', { name })} aria-current={marked || undefined} aria-busy={running} data-status={message.status}
      className={clsx('group relative -mx-3 grid grid-cols-[32px_minmax(0,1fr)] gap-3 rounded-2 px-3 py-2 max-page:-mx-2 max-page:grid-cols-[28px_minmax(0,1fr)] max-page:gap-2.5 max-page:px-2', marked && 'bg-accent-soft')}
    >
      <ModelFace failed={state.status === 'failed' && shown === ''} className={clsx('mt-0.5 max-page:size-7', message.exclude_from_ai && 'opacity-55')} />
      <div className="min-w-0">
        <header className="flex min-h-[22px] items-baseline gap-2 text-[13px]/[22px]">
          <b className="truncate text-[14px] font-[650]">{name}</b>
          <small className="truncate text-[12.5px] text-text-3 max-page:hidden">{earlier?.provider ?? ai?.provider}</small>
          <Time at={message.created_at} className="text-[12.5px] text-text-3 tabular-nums" />
          {message.exclude_from_ai && <Excluded />}
        </header>
        {shown === '' && running ? <Thinking /> : shown !== '' && <div className={clsx(message.exclude_from_ai && 'opacity-55')}><Markdown text={shown} author="model" running={running && !earlier} /></div>}
        {state.status === 'failed' && <Failure code={state.error_code} charged={state.charged_tokens} asking={asking} onAgain={mayAgain && !earlier ? again : undefined} />}
        {state.status === 'cancelled' && <p className="mt-1.5 flex items-center gap-1.5 text-[13px]/5 text-text-3"><Icon name="stop" size={15} />{t(shown === '' ? 'stoppedEarly' : 'stopped')}</p>}
        {!running && (
          <Footer
            text={shown} attempt={looked ?? ai?.attempt ?? 1} attempts={ai?.attempts ?? 1} loading={attempts.isFetching} onLook={setLooked}
            tokens={earlier ? earlier.charged_tokens : (ai?.charged_tokens ?? null)} payer={payer} asking={asking} onAgain={mayAgain && state.status !== 'failed' ? again : undefined}
          />
        )}
      </div>
      {!running && <MessageMenu message={message} role={role} onEdit={() => undefined} onTrouble={report} />}
    </article>
  );
});

function Thinking() {
  const t = useTranslations('chat');
  return (
    <p className="flex h-6 items-center gap-1 text-[13.5px] text-text-3">
      {[0, 0.15, 0.3].map((delay) => <span key={delay} aria-hidden="true" className="animate-breathe size-[5px] rounded-full bg-text-3" style={{ animationDelay: `${delay}s` }} />)}
      <span className="ml-1.5">{t('thinking')}</span>
    </p>
  );
}

/** What happened, whether anything was charged, and what to do: one sentence each. */
function Failure({ code, charged, asking, onAgain }: { code: string | null; charged: number | null; asking: boolean; onAgain?: () => void }) {
  const t = useTranslations('chat');
  const why = useTranslations('replyErrors');
  return (
    <p className="mt-1 flex items-center gap-2 rounded-1 py-1.5 pr-1.5 pl-3 text-[14px]/[22px] text-text-2 shadow-[inset_2px_0_0_var(--danger)] max-page:flex-wrap max-page:items-start max-page:gap-y-0">
      <Icon name="alert" size={15} className="text-danger max-page:mt-1" />
      <span className="max-page:basis-[calc(100%-32px)]">{t('sentences', { first: code !== null && why.has(code) ? why(code) : why('unknown'), second: charged ? t('chargedAnyway', { count: charged }) : t('notCharged') })}</span>
      {onAgain && <button type="button" disabled={asking} onClick={onAgain} className="shift ml-auto min-h-7 shrink-0 rounded-1 px-2 text-[13px] font-medium whitespace-nowrap text-accent hover:bg-accent-soft disabled:opacity-50 max-page:ml-[15px] max-page:min-h-11">{t('tryAgain')}</button>}
    </p>
  );
}

interface FooterProps {
  text: string;
  attempt: number;
  attempts: number;
  loading: boolean;
  tokens: number | null;
  payer: string | null;
  asking: boolean;
  onLook: (attempt: number) => void;
  onAgain?: () => void;
}

function Footer({ text, attempt, attempts, loading, tokens, payer, asking, onLook, onAgain }: FooterProps) {
  const t = useTranslations('chat');
  const [copied, setCopied] = useState(false);
  if (text === '' && !onAgain && attempts < 2) return null;
  return (
    <footer className="mt-1.5 -ml-1.5 max-page:mt-0 max-page:-ml-3.5 flex min-h-7 flex-wrap items-center gap-0.5 text-[12.5px]/[18px] text-text-3">
      {text !== '' && (
        <IconButton
          icon={copied ? 'check' : 'copy'} small label={t(copied ? 'copied' : 'copyText')}
          onClick={async () => {
            await navigator.clipboard.writeText(text);
            setCopied(true);
            setTimeout(() => setCopied(false), 1_500);
          }}
        />
      )}
      {onAgain && <IconButton icon="redo" small label={t('again')} disabled={asking} onClick={onAgain} />}
      {attempts > 1 && (
        <span className="ml-1 inline-flex items-center tabular-nums" role="group" aria-label={t('attempts')}>
          <IconButton icon="back" small label={t('earlier')} disabled={attempt <= 1} onClick={() => onLook(attempt - 1)} />
          <span aria-live="polite" className={clsx(loading && 'opacity-50')}>{attempt}/{attempts}</span>
          <IconButton icon="next" small label={t('later')} disabled={attempt >= attempts} onClick={() => onLook(attempt + 1)} />
        </span>
      )}
      {tokens !== null && tokens > 0 && <span className="ml-2 tabular-nums max-page:ml-3.5">{payer === null ? t('tokens', { count: tokens }) : t('tokensPaid', { count: tokens, payer })}</span>}
    </footer>
  );
}
