'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { NoteText } from '@/components/note-text';
import { ListTime } from '@/components/time';
import { Tile } from '@/components/ui/face';
import { useNameOf } from '@/components/use-name-of';
import { Icon } from '@/components/ui/icon';
import { useBlocked } from '@/lib/live/blocks';
import { useAnswerEnded } from '@/lib/live/answers';
import { goOnClick } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';
import { unturned } from '@/lib/bidi';
import { plainLine } from '@/lib/markdown/plain-line';
import type { Message, RoomView } from '@/lib/protocol/types';

export function RoomRow({ view, current }: { view: RoomView; current: boolean }) {
  const t = useTranslations('rooms');
  const { room, unread, mentions } = view;
  const last = room.last_message;
  const ended = useAnswerEnded(room.id);
  const shown = current ? 0 : unread;
  const named = current ? 0 : mentions;
  const fresh = shown > 0 || ended;
  return (
    <li>
      <Link
        href={`/rooms/${room.id}`} prefetch={false} onClick={goOnClick} aria-current={current ? 'page' : undefined} title={room.name}
        className={clsx(
          'shift relative flex items-center gap-2.5 rounded-2 px-2 py-[7px] max-page:py-2.5 rail:justify-center rail:px-1.5 rail:py-1.5',
          current ? 'bg-surface ring-1 ring-line' : 'hover:bg-surface/60',
          room.is_archived && 'opacity-60',
        )}
      >
        <Tile id={room.id} name={room.name} />
        <span className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-2 rail:hidden">
          <b dir="auto" className={clsx('truncate text-start text-[14px]/5', fresh ? 'font-[650]' : 'font-medium')}>{unturned(room.name)}</b>
          <ListTime at={last?.created_at ?? room.created_at} className="text-[11.5px]/4 text-text-3 tabular-nums" />
          {/* As wide as the row: what was said tells more of a room than its name. */}
          <small dir="auto" className={clsx('truncate text-start text-[12.5px]/[18px]', fresh ? 'text-text-2' : 'col-span-2 text-text-3')}>{last ? <Snippet message={last} /> : t('nothingYet')}</small>
          {shown > 0 ? <span className="flex gap-1">{named > 0 && <Badge named count={named} label={t('mentioned', { count: named })} />}<Badge count={shown} label={t('unread', { count: shown })} /></span> : ended && <i role="img" aria-label={t('answerReady')} title={t('answerReady')} className="mr-1 justify-self-end self-center size-2.5 rounded-full bg-accent" />}
        </span>
        {fresh && <i aria-hidden="true" className={clsx('absolute top-0.5 right-0.5 hidden size-2.5 rounded-full ring-2 ring-side rail:block', named > 0 ? 'bg-danger' : 'bg-accent')} />}
      </Link>
    </li>
  );
}

/** Being named stands out from what is merely new. */
function Badge({ count, label, named = false }: { count: number; label: string; named?: boolean }) {
  return (
    <span aria-label={label} title={label} role="img" className={clsx('min-w-[18px] rounded-full px-[5px] text-center text-[11px]/[18px] font-semibold tabular-nums', named ? 'bg-danger text-bg' : 'bg-accent text-on-accent')}>
      {named && '@'}{count > 99 ? '99+' : count}
    </span>
  );
}

function Snippet({ message }: { message: Message }) {
  const t = useTranslations('rooms');
  const safety = useTranslations('safety');
  const { me } = useLive();
  const blocked = useBlocked();
  const nameOf = useNameOf();
  if (message.deleted_at) return <>{t('deleted')}</>;
  if (message.type === 'ai') {
    const text = plainLine(message.content, 'model');
    return (
      <>
        <Icon name="spark" size={12} className="mr-[3px] inline align-[-1px] text-accent" />
        {text || t(message.status === 'failed' ? 'answerFailed' : message.status === 'cancelled' ? 'answerStopped' : 'answering')}
      </>
    );
  }
  if (message.system) return <NoteText note={message.system} />;
  if (message.sender && blocked.has(message.sender.id)) return <>{safety('folded')}</>;
  const text = plainLine(message.content, 'person');
  return <>{message.sender && message.sender.id !== me.id ? `${nameOf(message.sender)}: ${text}` : text}</>;
}
