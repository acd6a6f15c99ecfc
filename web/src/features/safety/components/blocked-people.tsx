'use client';

import { useTranslations } from 'next-intl';
import { PersonLine } from '@/components/person-search';
import { Button } from '@/components/ui/button';
import { nameOf } from '@/components/ui/face';
import { useErrorText } from '@/components/use-error-text';
import { useBlock, useBlocked } from '@/lib/live/blocks';

/** Whom I have blocked, wherever they are. */
export function BlockedPeople() {
  const t = useTranslations('safety');
  const errorText = useErrorText();
  const blocked = useBlocked();
  const block = useBlock();
  if (blocked.size === 0) return null;
  return (
    <section className="mt-4 grid gap-1">
      <h2 className="text-[15px]/6 font-[650]">{t('blockedPeople')}</h2>
      <p className="text-[13.5px]/5 text-text-2">{t('blockedHint')}</p>
      <ul className="grid">
        {[...blocked.values()].map((user) => (
          <PersonLine key={user.id} user={user}><Button className="h-9" disabled={block.isPending} aria-label={t('unblockOf', { name: nameOf(user) })} onClick={() => block.mutate({ user, block: false })}>{t('unblock')}</Button></PersonLine>
        ))}
      </ul>
      {block.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(block.error)}</p>}
    </section>
  );
}
