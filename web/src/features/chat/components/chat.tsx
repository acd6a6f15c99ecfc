'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Notice } from '@/components/notice';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { useConnection, useLoadState, useLoadTrouble } from '@/lib/live/hooks';
import { goOnClick } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';
import { useDraft } from '@/stores/drafts';
import { Composer } from './composer';
import { Conversation, type ConversationHandle } from './conversation';
import { Forward } from './forward';
import { Header } from './header';
import { OfflineBar } from './offline-bar';
import { Trouble } from './trouble';

interface Props {
  roomId: string;
  messageId: string | null;
  tools: ReactNode;
  /** Stands between the head and what was said. */
  notice?: ReactNode;
}

/** One room on screen: its head, what was said, and where one writes. */
export function Chat({ roomId, messageId, tools, notice }: Props) {
  const { client } = useLive();
  const state = useLoadState(roomId);
  const trouble = useLoadTrouble(roomId);
  const handle = useRef<ConversationHandle | null>(null);
  const known = useKnown();
  const connection = useConnection();

  useEffect(() => {
    client.view(roomId);
    return () => client.view(null);
  }, [client, roomId]);

  if (state === 'gone') return <Gone roomId={roomId} />;
  return (
    <main className="grid min-h-0 min-w-0 grid-cols-[minmax(0,1fr)] grid-rows-[auto_auto_minmax(0,1fr)_auto] bg-bg" data-live={known} data-connection={connection}>
      <Header roomId={roomId} tools={tools} />
      <div><OfflineBar />{notice}</div>
      <Trouble>
        {(line) => (
          <>
            {trouble !== null && state === 'loading' ? <Unloaded code={trouble} /> : <Conversation roomId={roomId} messageId={messageId} handle={handle} />}
            <div className="pt-1 pb-[max(12px,env(safe-area-inset-bottom))] short:pb-1">
              <div className="mx-auto max-w-[808px] px-5 max-page:px-3.5"><Composer roomId={roomId} line={line} onSent={() => handle.current?.toEnd()} /></div>
            </div>
          </>
        )}
      </Trouble>
      <Forward />
    </main>
  );
}

/** Tells tests and screen readers' scripts that the page answers now. */
function useKnown(): boolean {
  const [known, setKnown] = useState(false);
  useEffect(() => setKnown(true), []);
  return known;
}

function Gone({ roomId }: { roomId: string }) {
  const t = useTranslations('chat');
  const [text, setText] = useDraft(roomId);
  return (
    <Notice amiss title={t('goneTitle')} hint={t('gone')}>
      {text.trim() !== '' && (
        <div className="mb-4 w-[min(420px,80vw)] text-left">
          <label htmlFor="kept" className="mb-1 block text-[13px]/5 text-text-2">{t('keptDraft')}</label>
          <textarea id="kept" readOnly value={text} rows={4} className="w-full resize-y rounded-2 border border-line-strong bg-surface p-2.5 text-[14px]/[22px]" />
          <button type="button" onClick={() => setText('')} className="shift min-h-8 rounded-1 px-2 text-[13px] font-medium text-text-2 hover:bg-surface-2 max-page:min-h-11">{t('discard')}</button>
        </div>
      )}
      <Link href="/rooms" onClick={goOnClick} className="font-medium text-accent hover:underline">{t('toRooms')}</Link>
    </Notice>
  );
}

/** Instead of the messages that cannot be loaded now. It is tried again by itself; the button does not wait. */
function Unloaded({ code }: { code: string }) {
  const t = useTranslations('chat');
  const errors = useTranslations('errors');
  const { client } = useLive();
  return (
    <div role="alert" className="grid content-center justify-items-center gap-3 p-6 text-center">
      <span aria-hidden="true" className="grid size-14 place-items-center rounded-3 bg-surface-2 text-text-3"><Icon name="alert" size={26} /></span>
      <h2 className="text-[17px]/6 font-[650]">{t('unloadedTitle')}</h2>
      <p className="max-w-[38ch] text-[14px]/[22px] text-text-2">{errors.has(code) ? errors(code) : errors('unknown')}</p>
      <Button onClick={() => client.networkIsBack()}>{t('tryAgain')}</Button>
    </div>
  );
}
