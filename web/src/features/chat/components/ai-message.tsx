'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { memo, useEffect, useState } from 'react';
import { Markdown } from '@/components/markdown/markdown';
import { Time } from '@/components/time';
import { ModelFace } from '@/components/ui/face';
import { lazily } from '@/components/ui/lazily';
import type { ModelChoice } from '@/lib/models/choice';
import { modelName, useModels } from '@/lib/models/use-models';
import { useLive } from '@/lib/live/provider';
import type { AnswerEnd as EndOfAnswer } from '@/lib/protocol/thinking';
import type { Message } from '@/lib/protocol/types';
import { may, type Role } from '@/lib/rights';
import { useAttempts, type Attempt } from '../api/list-attempts';
import { usePacedText } from '../hooks/use-paced-text';
import type { Part } from '../utils/entries';
import type { AnswerState } from './answer-end';
import { AnswerFooter } from './answer-footer';
import { Excluded, HUSHED, OnlyYou } from './human-message';
import { MessageMenu } from './message-menu';
import { Reactions } from './reactions';
import { Thinking } from './thinking';
import { Thoughts } from './thoughts';
import { Tombstone } from './tombstone';
import { useTrouble } from './trouble';

const AnswerEnd = lazily(async () => (await import('./answer-end')).AnswerEnd);
const UsedSummary = lazily(async () => (await import('./used-summary')).UsedSummary, () => null);
const ShareButton = lazily(async () => (await import('./share-button')).ShareButton, () => null);

interface Props {
  message: Message;
  row: string;
  part: Part;
  role: Role;
  /** Whether the question was mine, which decides who may ask again. */
  own: boolean;
  payer: string | null;
  marked: boolean;
  /** The earlier attempt that is looked at instead. */
  earlier: Attempt | undefined;
  onLook: (messageId: string, attempt: Attempt | null) => void;
}

/** An answer, or one row of it if it is long: the first has its name, the last what can be done with it. */
export const AiMessage = memo(function AiMessage({ message, row, part, role, own, payer, marked, earlier, onLook }: Props) {
  const t = useTranslations('chat');
  const report = useTrouble();
  const { models } = useModels();
  const { client } = useLive();
  const [asking, setAsking] = useState(false);
  const growing = message.status === 'streaming' && part.tail;
  const running = message.status === 'streaming' || message.status === 'pending';
  const text = usePacedText(part.text, growing);
  const [loading, look] = useLook(message, onLook);
  const ai: (NonNullable<Message['ai']> & EndOfAnswer) | null = message.ai;
  const model = earlier ? { provider: earlier.provider, id: earlier.model } : ai && { provider: ai.provider, id: ai.model };
  const name = model ? modelName(models, model.provider, model.id) : t('ai');
  const again = (wish?: ModelChoice) => {
    onLook(message.id, null);
    if (!message.answers) return;
    // Until the answer shows that it is being written, pressing once more would ask for another.
    setAsking(true);
    client.regenerate(message.room_id, message.answers, wish && { provider: wish.provider, model: wish.id }).catch(report).finally(() => setAsking(false));
  };

  if (message.deleted_at) return <Tombstone message={message} row={row} name={name} marked={marked} />;
  const mayAgain = may.steerReply(role, own) && message.answers !== null;
  const { head, tail } = part;
  const state: AnswerState & EndOfAnswer = earlier ?? { status: message.status, error_code: ai?.error_code ?? null, charged_tokens: ai?.charged_tokens ?? null, finish_reason: ai?.finish_reason, reasoning_tokens: ai?.reasoning_tokens };
  return (
    <article
      id={head ? `m-${message.id}` : undefined} data-row={row} aria-label={t(head ? 'messageOf' : 'messageOn', { name })} aria-current={marked || undefined} aria-busy={running} data-status={message.status}
      className={clsx(
        'group relative -mx-3 grid grid-cols-[32px_minmax(0,1fr)] gap-3 rounded-2 px-3 max-page:-mx-2 max-page:grid-cols-[28px_minmax(0,1fr)] max-page:gap-2.5 max-page:px-2',
        head && 'pt-2', tail && 'pb-2', marked ? 'bg-accent-soft' : message.visibility === 'private' && HUSHED,
      )}
    >
      {head ? <ModelFace failed={state.status === 'failed' && text === ''} className={clsx('mt-0.5 max-page:size-7', message.exclude_from_ai && 'opacity-55')} /> : <span />}
      <div className="min-w-0">
        {head && (
          <header className="flex min-h-[22px] items-baseline gap-2 text-[13px]/[22px]">
            <b className="truncate text-[14px] font-[650]"><bdi>{name}</bdi></b>
            <small className="truncate text-[12.5px] text-text-3 max-page:hidden">{model?.provider}</small>
            <Time at={message.created_at} className="text-[12.5px] text-text-3 tabular-nums" />
            {message.visibility === 'private' && <OnlyYou />}
            {message.exclude_from_ai && <Excluded />}
          </header>
        )}
        {head && !running && (earlier ? earlier.thinking !== '' : ai?.thought) && <Thoughts message={message} attempt={earlier?.attempt ?? ai?.attempt ?? 1} />}
        {text === '' && running ? <Thinking message={message} /> : text !== '' && <div className={clsx(message.exclude_from_ai && 'opacity-55')}><Markdown text={text} author="model" running={growing && !earlier} continued={!head} /></div>}
        {tail && !running && (
          <>
            {!simplyEnded(state) && <AnswerEnd hushed={message.visibility === 'private'} roomId={message.room_id} role={role} model={model} state={state} empty={text === ''} asking={asking} onAgain={mayAgain && !earlier ? again : undefined} />}
            <AnswerFooter
              roomId={message.room_id} model={model} name={name} text={earlier?.content ?? message.content} attempt={earlier?.attempt ?? ai?.attempt ?? 1} attempts={ai?.attempts ?? 1} loading={loading} onLook={look}
              tokens={state.charged_tokens} reasoning={state.reasoning_tokens ?? null} payer={payer} summary={!earlier && ai?.used_summary && <UsedSummary message={message} />} asking={asking} onAgain={mayAgain && state.status !== 'failed' ? again : undefined}
              share={message.visibility === 'private' && !earlier && text !== '' && state.status !== 'failed' && may.askAi(role) && <ShareButton answer={message} />}
            />
            <Reactions message={message} role={role} />
          </>
        )}
      </div>
      {head && !running && <MessageMenu message={message} role={role} onEdit={() => undefined} onTrouble={report} />}
    </article>
  );
});

/** Most answers do: how another one ended is told by code that comes then. */
function simplyEnded({ status, finish_reason }: AnswerState): boolean {
  return status === 'completed' && finish_reason !== 'content_filter' && finish_reason !== 'length';
}

/** Fetches the attempt that is to be looked at. Answers whether it is under way. */
function useLook(message: Message, onLook: Props['onLook']): [boolean, (attempt: number) => void] {
  const [wanted, setWanted] = useState<number | null>(null);
  const { data, isError } = useAttempts(message, wanted !== null);
  useEffect(() => {
    if (wanted === null || !(data || isError)) return;
    const found = data?.items.find((attempt) => attempt.attempt === wanted);
    setWanted(null);
    if (found) onLook(message.id, found);
  }, [data, isError, message.id, onLook, wanted]);
  return [wanted !== null, (attempt) => (attempt === message.ai?.attempt ? onLook(message.id, null) : setWanted(attempt))];
}
