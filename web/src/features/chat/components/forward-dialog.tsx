'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Dialog } from '@/components/ui/dialog';
import { Tile } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { useErrorText } from '@/components/use-error-text';
import { unturned } from '@/lib/bidi';
import { useRooms } from '@/lib/live/hooks';
import { go } from '@/lib/live/navigation';
import { plainLine } from '@/lib/markdown/plain-line';
import type { Message, Room } from '@/lib/protocol/types';
import { may } from '@/lib/rights';
import { notify } from '@/stores/toasts';
import { useForwardMessage } from '../api/forward-message';

/** Chooses the room that a message is passed on to. */
export function ForwardDialog({ message, close }: { message: Message; close: () => void }) {
  const t = useTranslations('forward');
  const errorText = useErrorText();
  const [wanted, setWanted] = useState('');
  const forward = useForwardMessage(message);
  const words = plain(wanted).split(/\s+/);
  const rooms = useRooms().map(({ room }) => room).filter((room) => takes(room, message.room_id) && words.every((word) => plain(room.name).includes(word)));
  const pass = (room: Room) => forward.mutate(room.id, {
    onSuccess: ({ id }) => {
      notify({ text: t('done', { room: unturned(room.name) }), action: { label: t('look'), run: () => go(`/rooms/${room.id}?message=${id}`) } });
      close();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={t('title')}>
      <blockquote dir="auto" className="mb-3 line-clamp-2 border-l-2 border-line-strong pl-2.5 text-[13.5px]/5 break-words text-text-2">{plainLine(message.content, message.type === 'ai' ? 'model' : 'person')}</blockquote>
      <div className="flex items-center gap-2 rounded-2 border border-line-strong px-3 focus-within:border-accent">
        <Icon name="search" size={16} className="text-text-3" />
        <input autoFocus value={wanted} onChange={({ target }) => setWanted(target.value)} aria-label={t('find')} placeholder={t('find')} autoComplete="off" className="h-10 w-full bg-transparent text-[14px]/5 outline-none placeholder:text-text-3 max-page:h-11" />
      </div>
      {forward.isError && <p role="alert" className="pt-2 text-[13px]/5 text-danger">{t('failed')} {errorText(forward.error)}</p>}
      {rooms.length === 0 && <p role="status" className="py-4 text-[13.5px]/5 text-text-2">{t('none')}</p>}
      <ul aria-label={t('rooms')} className="mt-2 max-h-[40dvh] overflow-y-auto">
        {rooms.map((room) => (
          <li key={room.id}>
            <button type="button" disabled={forward.isPending} onClick={() => pass(room)} className="shift flex min-h-11 w-full items-center gap-2.5 rounded-2 px-2 py-1 text-left text-[14px]/5 hover:bg-surface-2 disabled:opacity-50">
              <Tile id={room.id} name={room.name} /><span dir="auto" className="min-w-0 grow truncate">{unturned(room.name)}</span><Icon name="forward" size={16} className="text-text-3" />
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** Another room in which I may write. */
function takes(room: Room, from: string): boolean {
  return room.id !== from && !room.is_archived && !room.is_frozen && may.write(room.role ?? 'reader');
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}
