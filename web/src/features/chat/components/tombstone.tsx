'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { Icon } from '@/components/ui/icon';
import type { Message } from '@/lib/protocol/types';

/** What stays of a deleted message, and who deleted it if that was not its author: a model deletes nothing, and of old ones it is not known. */
export function Tombstone({ message, row, name, marked }: { message: Message; row: string; name: string; marked: boolean }) {
  const t = useTranslations('chat');
  const safety = useTranslations('safety');
  const answer = message.type === 'ai';
  const wording = () => {
    const by = message.deleted_by;
    if (by === 'admin' || by === 'moderation') return safety(answer ? `deletedAnswer.${by}` : `deleted.${by}`, { name });
    return answer ? t('deletedAnswer') : t('deleted', { name });
  };
  return (
    <article
      id={`m-${message.id}`} data-row={row} aria-label={t('messageOf', { name })} aria-current={marked || undefined}
      className={clsx('-mx-3 grid grid-cols-[32px_minmax(0,1fr)] gap-3 rounded-2 px-3 py-1.5 max-page:-mx-2 max-page:grid-cols-[28px_minmax(0,1fr)] max-page:gap-2.5 max-page:px-2', marked && 'bg-accent-soft')}
    >
      <span aria-hidden="true" className="grid place-items-center text-text-3"><Icon name="trash" size={15} /></span>
      <p className="text-[13.5px]/6 text-text-3">{wording()}</p>
    </article>
  );
}
