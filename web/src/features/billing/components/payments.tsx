'use client';

import { useLocale, useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { useOffers, usePayments, type Payment } from '../api/use-shop';
import { price } from '../utils/price';
import { Day } from './day';
import { Cell, Section, Table } from './section';

/** What was paid, with its receipts. */
export function Payments() {
  const t = useTranslations('billing');
  const locale = useLocale();
  const { data, isError, hasNextPage, fetchNextPage, isFetchingNextPage } = usePayments();
  const offers = useOffers();
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0 && !isError) return null;
  const name = ({ offer }: Payment) => {
    const names = offers.data?.find(({ key }) => key === offer)?.names;
    return names?.[locale] ?? names?.en ?? offer;
  };
  return (
    <Section title={t('payments')}>
      {isError && <p role="alert" className="text-[13.5px]/5">{t('notLoaded')}</p>}
      {items.length > 0 && (
        <Table label={t('payments')} head={[{ name: t('date') }, { name: t('what') }, { name: t('state') }, { name: t('price'), number: true }, { name: t('receipt') }]}>
          {items.map((item) => (
            <tr key={item.id}>
              <Cell><span className="whitespace-nowrap"><Day at={item.created_at} /></span></Cell>
              <Cell>{name(item)}</Cell>
              <Cell>{item.refunded > 0 ? t('refundedOf', { price: price(item.refunded, item.currency, locale) }) : t(`states.${item.status}`)}</Cell>
              <Cell number>{price(item.amount, item.currency, locale)}</Cell>
              <Cell>{item.receipt_url && item.status === 'paid' ? <a href={item.receipt_url} target="_blank" rel="noreferrer" className="text-accent underline">{t('receipt')}</a> : '–'}</Cell>
            </tr>
          ))}
        </Table>
      )}
      {hasNextPage && <Button className="mt-3" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('more')}</Button>}
    </Section>
  );
}
