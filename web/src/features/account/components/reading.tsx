'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useErrorText } from '@/components/use-error-text';
import { useLive } from '@/lib/live/provider';
import { useUpdateMe } from '../api/update-me';
import { Section, Tick } from './section';

/** Whether the AI may read what I write. It is said at once: from then on no prompt holds it. */
export function Reading() {
  const t = useTranslations('account');
  const errorText = useErrorText();
  const { me } = useLive();
  const update = useUpdateMe();
  // What was chosen stands at once, and falls back where it was refused.
  const [chosen, setChosen] = useState<boolean | null>(null);
  const reads = chosen ?? me.ai_may_read;
  const choose = (ai_may_read: boolean) => {
    setChosen(ai_may_read);
    update.mutate({ ai_may_read }, { onError: () => setChosen(null) });
  };
  return (
    <Section title={t('ai')}>
      <Tick
        label={t('aiMayRead')} hint={t(reads ? 'aiMayReadHint' : 'aiMayNotRead')} checked={reads}
        disabled={update.isPending} onChange={choose}
      />
      {update.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(update.error)}</p>}
    </Section>
  );
}
