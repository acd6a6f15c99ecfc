'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { memo } from 'react';
import { NoteText } from '@/components/note-text';
import { Time } from '@/components/time';
import { IconButton } from '@/components/ui/icon-button';
import { useCopy } from '@/components/use-copy';
import type { Message } from '@/lib/protocol/types';
import { linkTo } from '../utils/link-to';

/** What the room says of itself. Nobody wrote it, so that there is nothing to do with it but to point at it. */
export const SystemNote = memo(function SystemNote({ message, row, marked }: { message: Message; row: string; marked: boolean }) {
  const t = useTranslations('chat');
  const [copied, copy] = useCopy();
  return (
    <article
      id={`m-${message.id}`} data-row={row} aria-label={t('note')} aria-current={marked || undefined}
      className={clsx('group relative -mx-3 rounded-2 px-12 py-1.5 text-center text-[12.5px]/[18px] text-text-3', marked && 'bg-accent-soft')}
    >
      <p className="inline break-words"><bdi>{message.system && <NoteText note={message.system} />}</bdi></p>{' '}
      <Time at={message.created_at} className="tabular-nums" />
      <span className="absolute -top-0.5 right-2 opacity-0 shift group-hover:opacity-100 group-focus-within:opacity-100 pointer-coarse:-top-1.5 pointer-coarse:right-0 pointer-coarse:opacity-60">
        <IconButton
          small icon={copied === 'idle' ? 'link' : copied === 'copied' ? 'check' : 'alert'} label={t(copied === 'idle' ? 'copyLink' : copied === 'copied' ? 'copied' : 'copyFailed')}
          onClick={() => void copy(linkTo(message))}
        />
      </span>
    </article>
  );
});
