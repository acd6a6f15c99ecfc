'use client';

import { useTranslations } from 'next-intl';
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
  const reads = update.isPending ? update.variables.ai_may_read === true : (update.data ?? me).ai_may_read;
  return (
    <Section title={t('ai')}>
      <Tick
        label={t('aiMayRead')} hint={t(reads ? 'aiMayReadHint' : 'aiMayNotRead')} checked={reads}
        disabled={update.isPending} onChange={(ai_may_read) => update.mutate({ ai_may_read })}
      />
      {update.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(update.error)}</p>}
    </Section>
  );
}
