'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Notice } from '@/components/notice';
import { useLoadState } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { Composer } from './composer';
import { Conversation, type ConversationHandle } from './conversation';
import { Header } from './header';
import { OfflineBar } from './offline-bar';
import { Trouble } from './trouble';

interface Props {
  roomId: string;
  messageId: string | null;
  tools: ReactNode;
}

/** One room on screen: its head, what was said, and where one writes. */
export function Chat({ roomId, messageId, tools }: Props) {
  const { client } = useLive();
  const state = useLoadState(roomId);
  const handle = useRef<ConversationHandle | null>(null);
  const known = useKnown();

  useEffect(() => {
    client.view(roomId);
    return () => client.view(null);
  }, [client, roomId]);

  if (state === 'gone') return <Gone />;
  return (
    <main className="grid min-h-0 min-w-0 grid-cols-[minmax(0,1fr)] grid-rows-[auto_auto_minmax(0,1fr)_auto] bg-bg" data-live={known}>
      <Header roomId={roomId} tools={tools} />
      <OfflineBar />
      <Trouble>
        {(line) => (
          <>
            <Conversation roomId={roomId} messageId={messageId} handle={handle} />
            <div className="pt-1 pb-[max(12px,env(safe-area-inset-bottom))]">
              <div className="mx-auto max-w-[808px] px-5 max-page:px-3.5"><Composer roomId={roomId} line={line} onSent={() => handle.current?.toEnd()} /></div>
            </div>
          </>
        )}
      </Trouble>
    </main>
  );
}

/** Tells tests and screen readers' scripts that the page answers now. */
function useKnown(): boolean {
  const [known, setKnown] = useState(false);
  useEffect(() => setKnown(true), []);
  return known;
}

function Gone() {
  const t = useTranslations('chat');
  return <Notice amiss title={t('goneTitle')} hint={t('gone')}><Link href="/rooms" className="font-medium text-accent hover:underline">{t('toRooms')}</Link></Notice>;
}
