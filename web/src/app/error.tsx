'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { startTransition } from 'react';
import { Notice } from '@/components/notice';
import { Button } from '@/components/ui/button';

/** Instead of a page that could not be made, mostly because the API is away. What was unsent stays in the browser. */
export default function PageError({ reset }: { reset: () => void }) {
  const t = useTranslations('pages');
  const router = useRouter();
  const again = () => startTransition(() => {
    // The server is asked anew: what failed there would fail here again.
    router.refresh();
    reset();
  });
  return (
    <div className="grid h-dvh">
      <title>{`${t('errorTitle')} · Yoriai`}</title>
      <Notice amiss title={t('errorTitle')} hint={t('error')}><Button kind="primary" onClick={again}>{t('retry')}</Button></Notice>
    </div>
  );
}
