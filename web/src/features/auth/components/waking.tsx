'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { startTransition, useEffect, useRef, useState } from 'react';
import { Notice } from '@/components/notice';
import { Button } from '@/components/ui/button';
import { refreshSession } from '@/lib/api/browser';
import { toLogIn } from '@/lib/live/signed-out';

const AGAIN_MS = 3_000;
const LATEST_MS = 15_000;

/**
 * Instead of one's rooms while the API cannot give them, as when the database wakes from its sleep. It asks by itself until the rooms
 * are there; only a refresh that is refused leads to the sign-in page.
 */
export function Waking({ code }: { code: string }) {
  const t = useTranslations('pages');
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const tries = useRef(0);
  const ask = useRef(async () => {});

  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void ask.current(), Math.min(LATEST_MS, AGAIN_MS * 1.5 ** tries.current++));
    };
    ask.current = async () => {
      clearTimeout(timer);
      setAsking(true);
      const refreshed = await refreshSession();
      if (over) return;
      setAsking(false);
      if (refreshed === 'ended') return toLogIn();
      // The server answers the rooms now, or this page again.
      if (refreshed === 'fresh') startTransition(() => router.refresh());
      later();
    };
    const now = () => void ask.current();
    window.addEventListener('online', now);
    later();
    return () => {
      over = true;
      clearTimeout(timer);
      window.removeEventListener('online', now);
    };
  }, [router]);

  const slow = code === 'database_waking' || code === 'unavailable';
  return (
    <div className="grid h-dvh">
      <title>{`${t('wakingTitle')} · Yoriai`}</title>
      <Notice title={t('wakingTitle')} hint={t(slow ? 'waking' : 'wakingBusy')}>
        <p role="status" className="mb-4 text-[13px]/5 text-text-3">{t('wakingAgain')}</p>
        <Button onClick={() => void ask.current()} disabled={asking}>{t('wakingNow')}</Button>
      </Notice>
    </div>
  );
}
