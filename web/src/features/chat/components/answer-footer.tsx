'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { useCopy } from '@/components/use-copy';
import { IconButton } from '@/components/ui/icon-button';
import { lazily } from '@/components/ui/lazily';
import type { ModelChoice } from '@/lib/models/choice';

const AskAnother = lazily(async () => (await import('./ask-another')).AskAnother, () => null);

interface Props {
  roomId: string;
  /** Who wrote it, and under which name. */
  model: ModelChoice | null;
  name: string;
  /** The whole of the answer, as it is copied. */
  text: string;
  attempt: number;
  attempts: number;
  loading: boolean;
  tokens: number | null;
  reasoning: number | null;
  payer: string | null;
  asking: boolean;
  onLook: (attempt: number) => void;
  /** Asks again, the room's model unless another is named. */
  onAgain?: (model?: ModelChoice) => void;
  /** Shows a private pair to the room. */
  share?: ReactNode;
  /** What stood for older messages. */
  summary?: ReactNode;
}

/** What can be done with an answer, its attempts, and what it cost. */
export function AnswerFooter({ roomId, model, name, text, attempt, attempts, loading, tokens, reasoning, payer, asking, onLook, onAgain, share, summary }: Props) {
  const t = useTranslations('chat');
  const [copied, copy] = useCopy();
  if (text === '' && !onAgain && attempts < 2) return null;
  return (
    <footer className="mt-1.5 -ml-1.5 flex min-h-7 flex-wrap items-center gap-0.5 text-[12.5px]/[18px] text-text-3 max-page:mt-0 max-page:-ml-3.5">
      {text !== '' && <IconButton icon={copied === 'idle' ? 'copy' : copied === 'copied' ? 'check' : 'alert'} small label={t(copied === 'idle' ? 'copyText' : copied === 'copied' ? 'copied' : 'copyFailed')} onClick={() => void copy(text)} />}
      <span role="status" className={copied === 'failed' ? 'mr-1.5 text-danger' : 'sr-only'}>{copied === 'idle' ? '' : t(copied === 'copied' ? 'copied' : 'copyFailed')}</span>
      {onAgain && <IconButton icon="redo" small label={t('again')} disabled={asking} onClick={() => onAgain()} />}
      {onAgain && <AskAnother roomId={roomId} value={model} disabled={asking} onAgain={onAgain} />}
      {share}
      {attempts > 1 && (
        <span className="ml-1 inline-flex items-center tabular-nums" role="group" aria-label={t('attempts')}>
          <IconButton icon="back" small label={t('earlier')} disabled={attempt <= 1} onClick={() => onLook(attempt - 1)} />
          <span aria-live="polite" className={clsx(loading && 'opacity-50')}>{attempt}/{attempts}</span>
          <IconButton icon="next" small label={t('later')} disabled={attempt >= attempts} onClick={() => onLook(attempt + 1)} />
          <bdi className="ml-1 max-w-40 truncate">{name}</bdi>
        </span>
      )}
      {tokens !== null && tokens > 0 && (
        <span className="ml-2 tabular-nums max-page:ml-3.5">
          {payer === null ? t('tokens', { count: tokens }) : t('tokensPaid', { count: tokens, payer })}
          {reasoning !== null && reasoning > 0 && ` · ${t('tokensThought', { count: reasoning })}`}
          {summary}
        </span>
      )}
    </footer>
  );
}
