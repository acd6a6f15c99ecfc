'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { goOnClick } from '@/lib/live/navigation';
import { useBalance } from '@/lib/spending/use-balance';
import { RoomLimits } from './limits';
import { Lots } from './lots';
import { Payments } from './payments';
import { Shop } from './shop';
import { Transactions } from './transactions';
import { Usage } from './usage';

/** Less than a tenth is left of what came. */
function low({ available, frozen, lots }: { available: number; frozen: boolean; lots: { granted: number }[] }) {
  return available > 0 && !frozen && available * 10 < lots.reduce((sum, { granted }) => sum + granted, 0);
}

/** What I have, what it was used for, and every entry of my books. */
export function BillingPage() {
  const t = useTranslations('billing');
  const ui = useTranslations('ui');
  const chat = useTranslations('chat');
  const { data, isError, refetch } = useBalance({ looksAt: true });
  return (
    <main className="min-h-0 overflow-y-auto bg-bg px-5 py-6 max-page:px-3.5 max-page:py-3">
      <div className="mx-auto grid w-full max-w-[760px] grid-cols-[minmax(0,1fr)] gap-8">
        <header>
          <Link href="/rooms" onClick={goOnClick} aria-label={chat('toRooms')} className="-ml-2.5 mb-1 hidden size-11 place-items-center text-text-2 max-page:grid"><Icon name="back" /></Link>
          <h1 className="text-[19px]/7 font-[650] tracking-[-0.01em]">{t('title')}</h1>
          {isError && <p role="alert" className="mt-2 flex flex-wrap items-center gap-3 text-[13.5px]/5">{t('notLoaded')}<Button onClick={() => void refetch()}>{ui('again')}</Button></p>}
          {data && (
            <>
              <p className="mt-2 text-[28px]/9 font-[650] tabular-nums">{t('tokens', { count: data.available })}</p>
              {data.held > 0 && <p className="text-[13.5px]/5 text-text-2 tabular-nums">{t('held', { count: data.held })}</p>}
              {data.owed > 0 && <p className="text-[13.5px]/5 text-text-2 tabular-nums">{t('owed', { count: data.owed })}</p>}
              {low(data) && <p className="mt-2 rounded-2 bg-warn-soft px-3 py-2 text-[13.5px]/5 text-warn">{t('low')}</p>}
              {data.frozen && <p role="alert" className="mt-2 rounded-2 bg-danger-soft px-3 py-2 text-[13.5px]/5 text-danger">{t('frozen')}</p>}
              {data.available === 0 && !data.frozen && <p className="mt-2 rounded-2 bg-warn-soft px-3 py-2 text-[13.5px]/5 text-warn">{t('empty')}</p>}
            </>
          )}
        </header>
        <Shop />
        {data && <Lots lots={data.lots} />}
        <Usage />
        <RoomLimits />
        <Payments />
        <Transactions />
      </div>
    </main>
  );
}
