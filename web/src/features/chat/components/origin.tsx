'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { Icon } from '@/components/ui/icon';
import { unturned } from '@/lib/bidi';
import { useRoom } from '@/lib/live/hooks';
import { goOnClick } from '@/lib/live/navigation';
import { useModels } from '@/lib/models/use-models';
import type { Message } from '@/lib/protocol/types';

/** Where a forwarded text was said first. Who is in that room can go there. */
export function Origin({ forwarded }: { forwarded: NonNullable<Message['forwarded']> }) {
  const t = useTranslations('forward');
  const view = useRoom(forwarded.room_id);
  const { models } = useModels();
  const author = unturned((forwarded.type === 'ai' && models.find(({ id }) => id === forwarded.author)?.display_name) || forwarded.author);
  return (
    <p className="flex min-w-0 items-center gap-1.5 text-[12.5px]/[22px] text-text-3">
      <Icon name="forward" size={14} />
      <span className="truncate">{t('from', { author })}</span>
      {view && (
        <Link href={`/rooms/${forwarded.room_id}?message=${forwarded.message_id}`} prefetch={false} onClick={goOnClick} className="min-w-0 truncate rounded-1 font-medium text-text-2 hover:underline max-page:leading-[44px]">
          <bdi>{unturned(view.room.name)}</bdi>
        </Link>
      )}
    </p>
  );
}
