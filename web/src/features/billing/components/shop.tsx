'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useSearchParams } from 'next/navigation';
import { useErrorText } from '@/components/use-error-text';
import { Button } from '@/components/ui/button';
import { useDisclosure, useOffers, usePaymentPage, usePayments, type Offer } from '../api/use-shop';
import { price } from '../utils/price';
import { Day } from './day';
import { Section } from './section';

/** What can be bought, the plan that one has, and what became of a page of the payment provider's. */
export function Shop() {
  const t = useTranslations('billing');
  const errorText = useErrorText();
  const offers = useOffers();
  const { data: paid } = usePayments();
  const pay = usePaymentPage();
  const disclosure = useDisclosure();
  const plan = paid?.pages[0]?.subscriptions[0];
  if (offers.data?.length === 0 && !plan) return null;
  return (
    <Section title={t('buy')}>
      <Back />
      {offers.isError && <p role="alert" className="text-[13.5px]/5">{t('notLoaded')} <Button onClick={() => void offers.refetch()}>{t('again')}</Button></p>}
      {plan && (
        <div className="mb-3 flex flex-wrap items-center justify-between gap-3 rounded-2 border border-line bg-accent-soft px-3 py-2.5 text-[14px]/5">
          <p>
            <b className="font-[650]"><Name offer={offers.data?.find(({ key }) => key === plan.offer)} other={plan.offer} /></b>
            <span className="block text-[13px]/5 text-text-2">
              {plan.status === 'past_due' || plan.status === 'unpaid' ? <span className="text-danger">{t('planUnpaid')}</span> : plan.period_end && t.rich(plan.cancels ? 'planEnds' : 'planRenews', { day: () => <Day at={plan.period_end!} /> })}
            </span>
          </p>
          <Button disabled={pay.isPending} onClick={() => pay.mutate(null)}>{plan.cancels ? t('resume') : t('manage')}</Button>
        </div>
      )}
      <ul className="grid grid-cols-2 gap-3 max-page:grid-cols-1">
        {offers.data?.map((offer) => (
          <li key={offer.key} className="flex flex-col gap-2 rounded-2 border border-line bg-surface p-3">
            <p className="text-[14px]/5 font-[650]"><Name offer={offer} other={offer.key} /></p>
            <p className="text-[13px]/5 text-text-2 tabular-nums">{t('tokens', { count: offer.tokens })}{' · '}{offer.kind === 'plan' ? t('everyMonth') : offer.valid_days ? t('validDays', { days: offer.valid_days }) : t('never')}</p>
            <p className="mt-auto flex flex-wrap items-center justify-between gap-2">
              <Price offer={offer} />
              <Button kind="primary" disabled={pay.isPending || (offer.kind === 'plan' && plan !== undefined)} onClick={() => pay.mutate(offer.key)}>{offer.kind === 'plan' ? t('subscribe') : t('buyOne')}</Button>
            </p>
          </li>
        ))}
      </ul>
      {pay.isError && <p role="alert" className="mt-2 text-[13.5px]/5 text-danger">{errorText(pay.error)}</p>}
      <p className="mt-2 text-[12.5px]/[18px] text-text-3">{t('payHint')}{' '}{disclosure.data && <a href="/legal/commerce" className="underline">{t('disclosure')}</a>}</p>
    </Section>
  );
}

function Name({ offer, other }: { offer: Offer | undefined; other: string }) {
  const locale = useLocale();
  return <>{offer?.names[locale] ?? offer?.names.en ?? other}</>;
}

function Price({ offer }: { offer: Offer }) {
  const t = useTranslations('billing');
  const text = price(offer.amount, offer.currency, useLocale());
  return <span className="text-[17px]/6 font-[650] tabular-nums">{offer.kind === 'plan' ? t('aMonth', { price: text }) : text}</span>;
}

/** One comes back before the payment is told of: the books follow by themselves. */
function Back() {
  const t = useTranslations('billing');
  const how = useSearchParams().get('checkout');
  if (how !== 'done' && how !== 'closed') return null;
  return <p role="status" className="mb-3 rounded-2 bg-surface-2 px-3 py-2 text-[13.5px]/5">{t(how === 'done' ? 'paidBack' : 'closedBack')}</p>;
}
