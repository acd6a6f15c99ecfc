'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { useErrorText } from '@/components/use-error-text';
import { useGroups, type Group } from '@/lib/live/groups';
import { goOnClick } from '@/lib/live/navigation';
import { GroupCard } from './group-card';
import { NameGroup } from './name-group';

/** My groups: people whom I invite together. `foot` stands below them. */
export function GroupsPage({ foot }: { foot?: ReactNode }) {
  const t = useTranslations('groups');
  const errorText = useErrorText();
  const { data, isPending, isError, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useGroups();
  const [making, setMaking] = useState(false);
  const groups: Group[] = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <main className="min-h-0 overflow-y-auto bg-bg px-5 py-8 max-page:px-3.5 max-page:py-4">
      <div className="mx-auto grid w-full max-w-[640px] gap-4">
        <header className="flex flex-wrap items-center gap-3">
          <Link href="/rooms" onClick={goOnClick} aria-label={t('toRooms')} className="-ml-2.5 hidden size-11 place-items-center text-text-2 max-page:grid"><Icon name="back" /></Link>
          <div className="min-w-0 flex-1">
            <h1 className="text-[19px]/7 font-[650] tracking-[-0.01em]">{t('title')}</h1>
            <p className="text-[13.5px]/5 text-text-2">{t('hint')}</p>
          </div>
          <Button onClick={() => setMaking(true)}><Icon name="plus" size={16} />{t('new')}</Button>
        </header>
        {isError && <p role="alert" className="flex flex-wrap items-center gap-3 text-[13.5px]/5 text-danger">{errorText(error)}<Button className="h-9" onClick={() => void refetch()}>{t('again')}</Button></p>}
        {!isPending && !isError && groups.length === 0 && <p className="rounded-2 border border-line bg-surface p-5 text-[14px]/[22px] text-text-2">{t('empty')}</p>}
        <ul className="grid gap-2">{groups.map((group) => <GroupCard key={group.id} group={group} />)}</ul>
        {hasNextPage && <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('more')}</Button>}
        {foot}
      </div>
      <NameGroup open={making} onOpenChange={setMaking} />
    </main>
  );
}
