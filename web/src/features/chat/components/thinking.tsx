'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { Markdown } from '@/components/markdown/markdown';
import { useThinking } from '@/lib/live/hooks';
import type { Message } from '@/lib/protocol/types';

/** A model that has not begun to answer: how long it has been thinking, and what about, where it tells. */
export function Thinking({ message }: { message: Message }) {
  const t = useTranslations('chat');
  const thinking = useThinking(message.room_id, message.id);
  const seconds = useSeconds(thinking?.elapsedMs);
  const line = (
    <>
      {[0, 0.15, 0.3].map((delay) => <span key={delay} aria-hidden="true" className="animate-breathe size-[5px] rounded-full bg-text-3" style={{ animationDelay: `${delay}s` }} />)}
      <span className="ml-1.5 tabular-nums">{seconds === null ? t('thinking') : t('thinkingFor', { seconds })}</span>
    </>
  );
  const className = 'flex min-h-6 items-center gap-1 text-[13.5px] text-text-3';
  if (!thinking || thinking.text === '') return <p className={className}>{line}</p>;
  return (
    <details>
      <summary className={`${className} w-fit list-none rounded-1 hover:text-text`}>{line}<span className="ml-1.5 underline decoration-line-strong underline-offset-3">{t('thoughts')}</span></summary>
      <div className="mt-1 border-s-2 border-line-strong ps-3.5 text-[13.5px]/[21px] text-text-2"><Markdown text={thinking.text} author="model" running /></div>
    </details>
  );
}

/** Counts on by itself from what the server told last. */
function useSeconds(elapsedMs: number | undefined): number | null {
  const [seconds, setSeconds] = useState<number | null>(null);
  useEffect(() => {
    if (elapsedMs === undefined) return setSeconds(null);
    const begun = performance.now() - elapsedMs;
    const count = () => setSeconds(Math.floor((performance.now() - begun) / 1_000));
    count();
    const timer = setInterval(count, 1_000);
    return () => clearInterval(timer);
  }, [elapsedMs]);
  return seconds;
}
