'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import { AskAiSwitch } from '@/components/ask-ai-switch';
import { MessageBox } from '@/components/message-box';
import { ModelPicker } from '@/components/model-picker';
import { TooLong } from '@/components/too-long';
import { Icon } from '@/components/ui/icon';
import { isTooLong } from '@/lib/length';
import { goOnClick } from '@/lib/live/navigation';
import { callsAi } from '@/lib/calls-ai';
import type { ModelChoice } from '@/lib/models/choice';
import { modelName, useModels } from '@/lib/models/use-models';
import { useDraft } from '@/stores/drafts';
import { useUi } from '@/stores/ui';
import { useErrorText } from '@/components/use-error-text';
import { useStartRoom } from '../hooks/use-start-room';
import { NewRoomDialog } from './new-room-dialog';

const PROMPTS = ['plan', 'explain', 'draft'] as const;
const PLACE = 'start';

/** Where a conversation begins: one types, and sending makes the room. */
export function StartPage() {
  const t = useTranslations('start');
  const chat = useTranslations('chat');
  const rooms = useTranslations('rooms');
  const empty = useTranslations('empty');
  const modelTexts = useTranslations('models');
  const errorText = useErrorText();
  const [text, setText] = useDraft(PLACE);
  const [model, setModel] = useState<ModelChoice | null>(null);
  const [naming, setNaming] = useState(false);
  const chosen = useUi((ui) => ui.askAi[PLACE]);
  const setAskAi = useUi((ui) => ui.setAskAi);
  const { models } = useModels();
  const start = useStartRoom(() => setText(''));
  const box = useRef<HTMLTextAreaElement>(null);
  const asksAi = (chosen ?? true) || callsAi(text);
  const tooLong = isTooLong(text);

  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) box.current?.focus();
  }, []);

  return (
    <main className="relative grid min-h-0 content-center overflow-y-auto bg-bg px-5 py-8 max-page:content-start max-page:px-3.5 max-page:py-5">
      <div className="mx-auto w-full max-w-[640px]">
        <Link href="/rooms" onClick={goOnClick} aria-label={chat('toRooms')} className="-ml-2.5 mb-2 hidden size-11 place-items-center text-text-2 max-page:grid"><Icon name="back" /></Link>
        <div className="mb-5 grid justify-items-center gap-3 text-center short:hidden">
          <span aria-hidden="true" lang="ja" className="grid size-14 place-items-center rounded-3 bg-accent-soft text-[28px] font-semibold text-accent max-page:hidden">寄</span>
          <h1 className="text-[19px]/7 font-[650] tracking-[-0.01em]">{t('title')}</h1>
        </div>
        <MessageBox
          box={box} text={text} onText={setText} label={chat('message')} sendLabel={t('send')} placeholder={t(asksAi ? 'placeholderAi' : 'placeholder')}
          ready={text.trim() !== '' && !tooLong && !start.isPending}
          onSend={(written) => start.mutate({ text: written.trim(), asksAi, model })}
          choices={
            <>
              <AskAiSwitch on={asksAi} onChange={() => setAskAi(PLACE, !(chosen ?? true))} />
              {asksAi && (
                <ModelPicker
                  value={model} onChange={setModel}
                  trigger={
                    <button type="button" aria-label={modelTexts('chip', { model: model ? modelName(models, model.provider, model.id) : modelTexts('usual') })} className="shift flex h-8 min-w-0 items-center gap-1.5 rounded-full px-2.5 text-[13px] text-text-2 hover:bg-surface-2 max-page:h-11">
                      <span className="truncate">{model ? modelName(models, model.provider, model.id) : modelTexts('usual')}</span><Icon name="down" size={15} className="text-text-3" />
                    </button>
                  }
                />
              )}
            </>
          }
        />
        {tooLong && <TooLong text={text} onText={setText} />}
        {start.isError && <p role="alert" className="mt-2 text-center text-[13px]/5 text-danger">{t('notMade')} {errorText(start.error)}</p>}
        <p className="mt-2 text-center text-[12.5px]/[18px] text-balance text-text-3 short:hidden">{t('hint')}</p>
        <ul className="mt-5 grid gap-2 short:hidden">
          {PROMPTS.map((prompt) => (
            <li key={prompt}>
              <button
                type="button" className="shift flex w-full items-center gap-3 rounded-2 border border-line bg-surface px-3.5 py-2.5 text-left text-[14px]/5 hover:border-accent-line hover:bg-accent-soft max-page:min-h-11"
                onClick={() => {
                  setAskAi(PLACE, true);
                  setText(empty(prompt));
                  box.current?.focus();
                }}
              >
                <Icon name="spark" size={15} className="text-accent" />{empty(prompt)}
              </button>
            </li>
          ))}
        </ul>
        <p className="mt-4 text-center">
          <button type="button" onClick={() => setNaming(true)} className="shift min-h-9 rounded-1 px-2.5 text-[13.5px]/5 font-medium text-accent hover:bg-accent-soft max-page:min-h-11">{rooms('newNamed')}</button>
        </p>
      </div>
      <NewRoomDialog open={naming} onOpenChange={setNaming} />
    </main>
  );
}
