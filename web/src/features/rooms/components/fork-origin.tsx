'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { Icon } from '@/components/ui/icon';
import { unturned } from '@/lib/bidi';
import { useRoom } from '@/lib/live/hooks';
import { goOnClick } from '@/lib/live/navigation';

/** Where a copy comes from; a way there only for those who are in that room, too. */
export function ForkOrigin({ source }: { source: string }) {
  const t = useTranslations('fork');
  const room = useRoom(source)?.room;
  return (
    <p className="flex items-center gap-2 border-b border-line px-5 py-1.5 text-[12.5px]/[18px] text-text-3 max-page:px-3.5">
      <Icon name="fork" size={15} className="shrink-0" />
      {room ? (
        <span className="min-w-0 truncate">
          {t.rich('from', { name: unturned(room.name), link: (text) => <Link href={`/rooms/${source}`} onClick={goOnClick} className="font-medium text-accent hover:underline">{text}</Link> })}
        </span>
      ) : t('fromElsewhere')}
    </p>
  );
}
