'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { useLive } from '@/lib/live/provider';
import { modelName, useModels } from '@/lib/models/use-models';
import { notify } from '@/stores/toasts';
import { useNames, type Names } from '../api/use-names';
import { allAsCsv, useTransactions, type Transaction } from '../api/use-transactions';
import { Day } from './day';
import { Cell, Section, Table } from './section';

/** Every entry of my books, newest first. */
export function Transactions() {
  const t = useTranslations('billing');
  const { data, isError, hasNextPage, fetchNextPage, isFetchingNextPage } = useTransactions();
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const names = useNames();
  return (
    <Section title={t('transactions')} tools={<Csv />}>
      {isError && <p role="alert" className="text-[13.5px]/5">{t('notLoaded')}</p>}
      {data && items.length === 0 && <p className="text-[13.5px]/5 text-text-2">{t('noTransactions')}</p>}
      {items.length > 0 && (
        <Table label={t('transactions')} head={[{ name: t('date') }, { name: t('what') }, { name: t('amount'), number: true }]}>
          {items.map((item) => (
            <tr key={item.id}>
              <Cell><span className="whitespace-nowrap"><Day at={item.private ? item.created_at.slice(0, 10) : item.created_at} /></span></Cell>
              <Cell><b className="font-medium">{t(`kinds.${item.kind}`)}</b> <Details item={item} names={names} /></Cell>
              <Cell number>{t('signed', { amount: item.amount })}</Cell>
            </tr>
          ))}
        </Table>
      )}
      {hasNextPage && <Button className="mt-3" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('more')}</Button>}
    </Section>
  );
}

/** Who asked what model where, as far as the payer may know. */
function Details({ item, names }: { item: Transaction; names: Names }) {
  const t = useTranslations('billing');
  const { models } = useModels();
  if (item.kind !== 'usage') return null;
  const parts = [
    item.user_id && (names.person(item.user_id) ?? t('somebody')),
    item.private ? t('private') : item.room_id && (names.room(item.room_id) ?? t('gone')),
    modelName(models, item.provider, item.model),
  ].filter(Boolean);
  return <span className="text-text-2"><bdi>{parts.join(' · ')}</bdi></span>;
}

function Csv() {
  const t = useTranslations('billing');
  const { api } = useLive();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const url = URL.createObjectURL(new Blob([await allAsCsv(api)], { type: 'text/csv' }));
      const link = Object.assign(document.createElement('a'), { href: url, download: 'transactions.csv' });
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch {
      notify({ text: t('notLoaded'), amiss: true });
    } finally {
      setBusy(false);
    }
  };
  return <Button disabled={busy} onClick={() => void save()}>{t('csv')}</Button>;
}
