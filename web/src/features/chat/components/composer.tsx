'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useRef, type ReactNode } from 'react';
import { AskAiSwitch } from '@/components/ask-ai-switch';
import { MessageBox } from '@/components/message-box';
import { TooLong } from '@/components/too-long';
import { nameOf } from '@/components/ui/face';
import { lazily } from '@/components/ui/lazily';
import { Icon } from '@/components/ui/icon';
import { callsAi } from '@/lib/calls-ai';
import { isTooLong } from '@/lib/length';
import { useMemberCount, useMembers, usePerson, useRoom, useTimeline } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import type { ModelChoice } from '@/lib/models/choice';
import { modelName, useModels } from '@/lib/models/use-models';
import { may } from '@/lib/rights';
import { useAskedModel, useDraft, usePrivately } from '@/stores/drafts';
import { useUi } from '@/stores/ui';
import type { Asked } from '../api/preview-context';
import { useAsked } from '../hooks/use-asked';
import { mentionWishes } from '../utils/mention-wishes';
import { Replying } from './quote';
import { useTrouble } from './trouble';

const PrivateSwitch = lazily(async () => (await import('./private-switch')).PrivateSwitch, () => null);
const PrivateNote = lazily(async () => (await import('./private-switch')).PrivateNote, () => null);
const EffortSelect = lazily(async () => (await import('@/components/effort-select')).EffortSelect, () => null);
const QuestionModel = lazily(async () => (await import('./question-model')).QuestionModel, () => null);
const MentionCompletion = lazily(async () => (await import('./mention-completion')).MentionCompletion, () => null);
/** Comes after the page: until then, or without it, the line says nothing of it. */
const Estimate = lazily(async () => (await import('./estimate')).Estimate, () => null);
const Left = lazily(async () => (await import('./left')).Left, () => null);

export function Composer({ roomId, line, onSent }: { roomId: string; line: ReactNode; onSent: () => void }) {
  const t = useTranslations('chat');
  const people = useTranslations('members');
  const { client, me } = useLive();
  const report = useTrouble();
  const view = useRoom(roomId);
  const [text, setText] = useDraft(roomId);
  const chosen = useUi((ui) => ui.askAi[roomId]);
  const setAskAi = useUi((ui) => ui.setAskAi);
  const { asked, usual, wished, answering, efforts } = useAsked(roomId);
  const setEffort = useUi((ui) => ui.setEffort);
  const editLast = useEditLast(roomId);
  const members = useMembers(roomId);
  const count = useMemberCount(roomId);
  const stoppable = useStoppable(roomId);
  const box = useRef<HTMLTextAreaElement>(null);
  const role = view?.room.role ?? 'reader';
  const replying = useUi((ui) => ui.replying[roomId] ?? null);
  const setReplying = useUi((ui) => ui.setReplying);
  const [chosenPrivate, setPrivately] = usePrivately(roomId);
  const [, setWished] = useAskedModel(roomId);
  const { messages } = useTimeline(roomId);
  // Who is not master is never alone. While nobody knows yet who is here, nor is a master who sees what others wrote.
  const alone = view?.room.owner_id === me.id && (count === 1 || (count === 0 && messages.every(({ sender }) => sender === null || sender.id === me.id)));

  useEffect(() => {
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(pointer: fine)').matches) box.current?.focus();
  }, [roomId]);

  if (!view) return null;
  if (view.room.is_frozen) return <Closed text={text}>{people('frozen')}</Closed>;
  if (view.room.is_archived) return <Closed text={text}>{t('archived')}</Closed>;
  if (!may.write(role)) return <Closed text={text}>{t('readOnly')}</Closed>;

  // What answers a private message is private, too: others could not see what it is about.
  const aboutPrivate = replying !== null && messages.some(({ id, visibility }) => id === replying && visibility === 'private');
  const privately = may.askAi(role) && (chosenPrivate || aboutPrivate);
  const asksAi = may.askAi(role) && (privately || (chosen ?? alone) || callsAi(text));
  const tooLong = isTooLong(text);
  const stop = () => {
    for (const id of stoppable) client.stopReply(roomId, id).catch(report);
  };

  return (
    <>
      {line}
      <Replying roomId={roomId} />
      <MessageBox
        box={box} hushed={privately} text={text} ready={text.trim() !== '' && !tooLong} label={t('message')} sendLabel={t('send')}
        placeholder={t(privately ? 'placeholderPrivate' : asksAi ? (alone ? 'placeholderAlone' : 'placeholderAi') : 'placeholder')}
        onText={(next) => {
          setText(next);
          if (next !== '' && next !== text && !privately) client.typing(roomId);
        }}
        onSend={(written) => {
          // Whoever is named in private would not see it.
          const mentions = mentionWishes(written, privately ? [] : members, role).filter(({ kind }) => !privately || kind === 'ai');
          client.send(roomId, written.trim(), { ...(asksAi && { ai: asked }), ...(privately && { visibility: 'private' }), ...(replying !== null && { reply_to: replying }), ...(mentions.length > 0 && { mentions }) });
          setText('');
          setReplying(roomId, null);
          if (asksAi) setWished(null);
          onSent();
        }}
        onKey={(event) => {
          if (event.defaultPrevented) return;
          if (event.key === 'Escape' && replying !== null) setReplying(roomId, null);
          else if (event.key === 'Escape' && stoppable.length > 0) stop();
          else if (event.key === 'ArrowUp' && text === '' && editLast()) event.preventDefault();
        }}
        above={/[@＠]/.test(text) && <MentionCompletion roomId={roomId} box={box} text={text} setText={setText} />}
        choices={may.askAi(role) && (
          <>
            {!privately && <AskAiSwitch on={asksAi} onChange={() => setAskAi(roomId, !(chosen ?? alone))} />}
            <PrivateSwitch
              on={privately}
              onChange={(on) => {
                setPrivately(on);
                if (!on && aboutPrivate) setReplying(roomId, null);
              }}
            />
            {asksAi && <QuestionModel value={wished} usual={usual} allowed={view.room.allowed_models} onChange={setWished} />}
            {asksAi && efforts.length > 0 && (
              <EffortSelect
                efforts={efforts} value={asked.effort ?? view.room.effort} onChange={(next) => setEffort(roomId, next)} label={t('effort')}
                className="shift h-8 rounded-full border border-line bg-transparent px-2 text-[13px] text-text-2 hover:bg-surface-2 max-page:h-11 short:h-8!"
              />
            )}
          </>
        )}
        stop={stoppable.length > 0 && (
          <button type="button" aria-label={t('stop')} title={t('stopKey')} onClick={stop} className="shift grid size-9 place-items-center rounded-full border border-line-strong text-text hover:bg-surface-2 max-page:size-11 short:size-8!">
            <Icon name="stop" />
          </button>
        )}
      />
      {tooLong ? <TooLong text={text} onText={setText} /> : <Truth roomId={roomId} asksAi={asksAi} text={text} answering={answering} asked={{ ...asked, ...(privately && { visibility: 'private' }) }} />}
      {privately && <PrivateNote roomId={roomId} />}
    </>
  );
}

/** One line of truth: who will answer and who pays for it. */
function Truth({ roomId, asksAi, text, answering, asked }: { roomId: string; asksAi: boolean; text: string; answering: ModelChoice; asked: Asked }) {
  const t = useTranslations('chat');
  const { me } = useLive();
  const { models } = useModels();
  const view = useRoom(roomId);
  const owner = usePerson(roomId, view?.room.owner_id);
  const pays = view?.room.owner_id === me.id;
  const className = 'mt-2 min-h-[18px] text-center text-[12.5px]/[18px] text-text-3 tabular-nums short:hidden';
  if (!view || !asksAi) return <p className={className}>{t('aiNotAsked')}</p>;
  const model = modelName(models, answering.provider, answering.id);
  return (
    <p className={className}>
      {t(asked.model === undefined ? 'answers' : 'answersOnce', { model })}
      <Estimate roomId={roomId} text={text} asked={asked} /> · <b className="font-semibold text-text-2">{pays ? t('youPay') : owner ? t('pays', { name: nameOf(owner) }) : t('ownerPays')}</b>
      <Left roomId={roomId} pays={pays} />
    </p>
  );
}

/** Where nothing can be written any more. What had been typed stays at hand. */
function Closed({ text, children }: { text: string; children: ReactNode }) {
  const t = useTranslations('chat');
  return (
    <div className="rounded-3 border border-line bg-surface-2 px-4 py-3 text-center text-[14px]/5 text-text-2">
      <p>{children}</p>
      {text.trim() !== '' && <textarea readOnly aria-label={t('keptDraft')} value={text} rows={3} className="mt-2 w-full resize-y rounded-2 border border-line bg-surface p-2 text-left text-[14px]/5" />}
    </div>
  );
}

/** The answers under way that I may stop. */
function useStoppable(roomId: string): string[] {
  const { me } = useLive();
  const { messages } = useTimeline(roomId);
  const role = useRoom(roomId)?.room.role ?? 'reader';
  return messages.filter((message) => {
    if (message.type !== 'ai' || (message.status !== 'pending' && message.status !== 'streaming') || message.deleted_at) return false;
    const own = messages.some((question) => question.id === message.answers && question.sender?.id === me.id);
    return may.steerReply(role, own);
  }).map((message) => message.id);
}

/** Opens my last message for editing, if one is shown. Answers whether there is one. */
function useEditLast(roomId: string): () => boolean {
  const { me, client } = useLive();
  const setEditing = useUi((ui) => ui.setEditing);
  return () => {
    const last = client.timeline(roomId).messages.findLast((message) => message.type === 'human' && message.sender?.id === me.id && !message.deleted_at);
    if (!last || !document.getElementById(`m-${last.id}`)) return false;
    setEditing(last.id);
    return true;
  };
}
