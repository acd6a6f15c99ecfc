'use client';

import { useTranslations } from 'next-intl';
import type { components } from '@/lib/api/schema';
import { Day } from './day';
import { Cell, Section, Table } from './section';

/** Tokens that came together and end together, those first that are spent first. */
export function Lots({ lots }: { lots: components['schemas']['Lot'][] }) {
  const t = useTranslations('billing');
  if (lots.length === 0) return null;
  return (
    <Section title={t('lots')}>
      <Table label={t('lots')} head={[{ name: t('source') }, { name: t('left'), number: true }, { name: t('of'), number: true }, { name: t('ends') }]}>
        {lots.map((lot) => (
          <tr key={lot.id}>
            <Cell>{t(`sources.${lot.source}`)}</Cell>
            <Cell number>{t('count', { count: lot.remaining })}</Cell>
            <Cell number>{t('count', { count: lot.granted })}</Cell>
            <Cell>{lot.expires_at ? <Day at={lot.expires_at} /> : t('never')}</Cell>
          </tr>
        ))}
      </Table>
    </Section>
  );
}
