'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { useEffect, useRef, type ReactNode } from 'react';
import { Icon } from '@/components/ui/icon';
import { useMembers, useRoom, useTimeline } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { modelName, useModels } from '@/lib/models/use-models';
import { may } from '@/lib/rights';
import { useUi } from '@/stores/ui';
import { nameOf } from '@/components/ui/face';
import { isComposing } from '../utils/composing';
import { GrowingText } from './growing-text';
import { useTrouble } from './trouble';

const MAX_CHARACTERS = 32_000;
/** People may call the AI in the text instead of by the switch. */
const CALLS_AI = /(^|[\s、。「（(])@ai(?![\w-])/i;

export function Composer({ roomId, line, onSent }: { roomId: string; line: ReactNode; onSent: () => void }) {
  const t = useTranslations('chat');
  const { client } = useLive();
  const report = useTrouble();
  const view = useRoom(roomId);
  const text = useUi((ui) => ui.drafts[roomId] ?? '');
  const setDraft = useUi((ui) => ui.setDraft);
  const chosen = useUi((ui) => ui.askAi[roomId]);
  const setAskAi = useUi((ui) => ui.setAskAi);
  const alone = useMembers(roomId).length <= 1;
  const stoppable = useStoppable(roomId);
  const box = useRef<HTMLTextAreaElement>(null);
  const role = view?.room.role ?? 'reader';

  useEffect(() => {
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(pointer: fine)').matches) box.current?.focus();
  }, [roomId]);

  if (!view) return null;
  if (view.room.is_archived) return <Closed>{t('archived')}</Closed>;
  if (!may.write(role)) return <Closed>{t('readOnly')}</Closed>;

  const asksAi = may.askAi(role) && ((chosen ?? alone) || CALLS_AI.test(text));
  const tooLong = text.length > MAX_CHARACTERS && [...text].length > MAX_CHARACTERS;
  const ready = text.trim() !== '' && !tooLong;
  const send = () => {
    if (!ready) return;
    client.send(roomId, text.trim(), asksAi ? { ai: {} } : {});
    setDraft(roomId, '');
    onSent();
  };

  return (
    <>
      {line}
      <form
        className="shift rounded-3 border border-line-strong bg-surface shadow-float focus-within:border-accent"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <GrowingText
          ref={box} label={t('message')} placeholder={t(asksAi ? 'placeholderAi' : 'placeholder')} value={text} enterKeyHint="enter"
          onChange={(next) => {
            setDraft(roomId, next);
            if (next !== '') client.typing(roomId);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
            // Where the keyboard is on the screen, Enter is a new line and the button sends.
            if (!matchMedia('(pointer: fine)').matches) return;
            event.preventDefault();
            send();
          }}
        />
        <div className="flex items-center gap-1.5 px-2 pt-1 pb-2">
          {may.askAi(role) && (
            <button
              type="button" aria-pressed={asksAi} onClick={() => setAskAi(roomId, !(chosen ?? alone))}
              className={clsx('shift inline-flex h-8 items-center gap-1.5 rounded-full border pr-3 pl-2.5 text-[13px] font-medium max-page:h-11', asksAi ? 'border-accent-line bg-accent-soft text-accent' : 'border-line text-text-2 hover:bg-surface-2')}
            >
              <Icon name="spark" size={15} />{t('askAi')}
            </button>
          )}
          <span className="grow" />
          {stoppable && (
            <button type="button" aria-label={t('stop')} title={t('stop')} onClick={() => client.stopReply(roomId, stoppable).catch(report)} className="shift grid size-9 place-items-center rounded-full border border-line-strong text-text hover:bg-surface-2 max-page:size-11">
              <Icon name="stop" />
            </button>
          )}
          {(!stoppable || ready) && (
            <button type="submit" aria-label={t('send')} title={t('send')} disabled={!ready} className="shift grid size-9 place-items-center rounded-full bg-accent text-on-accent hover:bg-accent-hover disabled:bg-surface-2 disabled:text-text-3 max-page:size-11">
              <Icon name="send" />
            </button>
          )}
        </div>
      </form>
      <Truth roomId={roomId} asksAi={asksAi} tooLong={tooLong} />
    </>
  );
}

/** One line of truth: who will answer and who pays for it. */
function Truth({ roomId, asksAi, tooLong }: { roomId: string; asksAi: boolean; tooLong: boolean }) {
  const t = useTranslations('chat');
  const { me } = useLive();
  const { models } = useModels();
  const view = useRoom(roomId);
  const owner = useMembers(roomId).find((member) => member.user.id === view?.room.owner_id);
  const className = 'mt-2 min-h-[18px] text-center text-[12.5px]/[18px] text-text-3 tabular-nums';
  if (tooLong) return <p role="alert" className={clsx(className, 'text-danger!')}>{t('tooLong', { limit: MAX_CHARACTERS })}</p>;
  if (!view || !asksAi) return <p className={className}>{t('aiNotAsked')}</p>;
  const model = modelName(models, view.room.ai_provider, view.room.ai_model);
  return (
    <p className={className}>
      {t('answers', { model })} · <b className="font-semibold text-text-2">{view.room.owner_id === me.id ? t('youPay') : owner ? t('pays', { name: nameOf(owner.user) }) : t('ownerPays')}</b>
    </p>
  );
}

function Closed({ children }: { children: ReactNode }) {
  return <p className="rounded-3 border border-line bg-surface-2 px-4 py-3 text-center text-[14px]/5 text-text-2">{children}</p>;
}

/** The newest answer under way that I may stop. */
function useStoppable(roomId: string): string | null {
  const { me } = useLive();
  const { messages } = useTimeline(roomId);
  const role = useRoom(roomId)?.room.role ?? 'reader';
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i];
    if (message?.type !== 'ai' || (message.status !== 'pending' && message.status !== 'streaming') || message.deleted_at) continue;
    const own = messages.some((question) => question.id === message.answers && question.sender?.id === me.id);
    if (may.steerReply(role, own)) return message.id;
  }
  return null;
}
