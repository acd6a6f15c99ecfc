'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import type { ModelChoice } from '@/lib/models/choice';
import { Icon, type IconName } from '@/components/ui/icon';
import { may, type Role } from '@/lib/rights';
import { useDraft, usePrivately } from '@/stores/drafts';
import { useUi } from '@/stores/ui';
import { AskAnother } from './ask-another';

export interface AnswerState {
  status: string;
  error_code: string | null;
  charged_tokens: number | null;
  finish_reason?: string | null;
}

interface Props {
  roomId: string;
  role: Role;
  /** Who answered. */
  model: ModelChoice | null;
  state: AnswerState;
  /** Whether no text came. */
  empty: boolean;
  asking: boolean;
  /** Whether nobody else sees the answer: what goes on from it stays so. */
  hushed: boolean;
  /** Asks again, the room's model unless another is named. */
  onAgain?: (model?: ModelChoice) => void;
}

/** How an answer ended, if it did not simply end. */
export function AnswerEnd({ roomId, role, model, state, empty, asking, hushed, onAgain }: Props) {
  const t = useTranslations('chat');
  if (state.status === 'failed') return <Failure roomId={roomId} role={role} model={model} code={why(state)} charged={state.charged_tokens} asking={asking} onAgain={onAgain} />;
  if (state.status === 'cancelled') return <Line icon="stop">{t(empty ? 'stoppedEarly' : 'stopped')}</Line>;
  if (state.finish_reason === 'content_filter') return <Line icon="alert">{t('filtered')}</Line>;
  if (state.finish_reason === 'length') return <Line icon="alert">{t('cutShort')}{may.askAi(role) && <Continue roomId={roomId} hushed={hushed} />}{may.settings(role) && <RaiseLimit roomId={roomId} />}</Line>;
  return null;
}

/** What failed; of an answer without a word why it was none. */
function why({ error_code, finish_reason }: AnswerState): string | null {
  if (error_code !== 'empty_reply') return error_code;
  return finish_reason === 'length' ? 'empty_length' : finish_reason === 'content_filter' ? 'empty_filtered' : error_code;
}

function Line({ icon, children }: { icon: IconName; children: ReactNode }) {
  return <p className="mt-1.5 flex flex-wrap items-center gap-1.5 text-[13px]/5 text-text-3"><Icon name={icon} size={15} />{children}</p>;
}

/** Asks for the rest in words that can be changed before they are sent. What stands in the box already stays. */
function Continue({ roomId, hushed }: { roomId: string; hushed: boolean }) {
  const t = useTranslations('chat');
  const [draft, setDraft] = useDraft(roomId);
  const setAskAi = useUi((ui) => ui.setAskAi);
  const [, setPrivately] = usePrivately(roomId);
  return (
    <button
      type="button" className="shift min-h-7 rounded-1 px-2 font-medium text-accent hover:bg-accent-soft max-page:min-h-11"
      onClick={() => {
        setAskAi(roomId, true);
        setPrivately(hushed);
        if (!draft.includes(t('continueAsk'))) setDraft(draft.trim() === '' ? t('continueAsk') : `${draft}\n${t('continueAsk')}`);
        document.querySelector<HTMLTextAreaElement>('form textarea')?.focus();
      }}
    >
      {t('continue')}
    </button>
  );
}

const BUTTON = 'shift min-h-7 shrink-0 rounded-1 px-2 text-[13px] font-medium whitespace-nowrap text-accent hover:bg-accent-soft disabled:opacity-50 max-page:min-h-11';

/** Opens where a room says how long its answers may be. */
function RaiseLimit({ roomId }: { roomId: string }) {
  const t = useTranslations('chat');
  return <button type="button" className={BUTTON} onClick={() => useUi.setState({ settings: roomId })}>{t('raiseLimit')}</button>;
}

interface FailureProps extends Pick<Props, 'roomId' | 'role' | 'model' | 'asking' | 'onAgain'> {
  code: string | null;
  charged: number | null;
}

/** What happened, whether anything was charged, and what to do: one sentence each, and a button for what can be done here. */
function Failure({ roomId, role, model, code, charged, asking, onAgain }: FailureProps) {
  const t = useTranslations('chat');
  const why = useTranslations('replyErrors');
  return (
    <p className="mt-1 flex items-center gap-2 rounded-1 py-1.5 pr-1.5 pl-3 text-[14px]/[22px] text-text-2 shadow-[inset_2px_0_0_var(--danger)] max-page:flex-wrap max-page:items-start max-page:gap-y-0">
      <Icon name="alert" size={15} className="text-danger max-page:mt-1" />
      <span className="max-page:basis-[calc(100%-32px)]">{t('sentences', { first: code !== null && why.has(code) ? why(code) : why('unknown'), second: charged ? t('chargedAnyway', { count: charged }) : t('notCharged') })}{code !== null && why.has(`${code}_do`) && <span> {why(`${code}_do`)}</span>}</span>
      <span className="ml-auto flex shrink-0 max-page:ml-[15px] max-page:shrink max-page:flex-wrap">
        {code === 'empty_length' && may.settings(role) && <RaiseLimit roomId={roomId} />}
        {onAgain && <AskAnother roomId={roomId} value={model} disabled={asking} onAgain={onAgain} worded />}
        {onAgain && <button type="button" disabled={asking} onClick={() => onAgain()} className={BUTTON}>{t('tryAgain')}</button>}
      </span>
    </p>
  );
}
