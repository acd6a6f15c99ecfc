'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { Icon } from '@/components/ui/icon';
import { goOnClick } from '@/lib/live/navigation';
import { DeleteAccount } from './delete-account';
import { Profile } from './profile';
import { Reading } from './reading';

/** What I say of myself, what the AI may read of me, and the end of my account. */
export function AccountPage() {
  const t = useTranslations('account');
  const chat = useTranslations('chat');
  const restored = useSearchParams().has('restored');
  return (
    <main className="min-h-0 overflow-y-auto bg-bg px-5 py-6 max-page:px-3.5 max-page:py-3">
      <div className="mx-auto grid w-full max-w-[560px] grid-cols-[minmax(0,1fr)] gap-8">
        <header>
          <Link href="/rooms" onClick={goOnClick} aria-label={chat('toRooms')} className="-ml-2.5 mb-1 hidden size-11 place-items-center text-text-2 max-page:grid"><Icon name="back" /></Link>
          <h1 className="text-[19px]/7 font-[650] tracking-[-0.01em]">{t('title')}</h1>
          {restored && <p role="status" className="mt-2 rounded-2 bg-accent-soft px-3 py-2 text-[13.5px]/5">{t('restored')}</p>}
        </header>
        <Profile />
        <Reading />
        <DeleteAccount />
      </div>
    </main>
  );
}
