'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { Icon } from '@/components/ui/icon';
import { goOnClick } from '@/lib/live/navigation';

export function GroupsLink({ current }: { current: boolean }) {
  const t = useTranslations('groups');
  return (
    <Link href="/groups" prefetch={false} onClick={goOnClick} aria-current={current ? 'page' : undefined} title={t('title')} className="shift flex min-h-9 min-w-0 flex-auto items-center gap-2 rounded-2 px-2 text-[13.5px]/5 text-text-2 hover:bg-surface/60 aria-[current]:bg-surface max-page:min-h-11 rail:justify-center">
      <Icon name="people" size={18} /><span className="truncate rail:sr-only">{t('title')}</span>
    </Link>
  );
}
