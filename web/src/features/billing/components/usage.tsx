'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { lastDays, useUsage, type Group } from '../api/use-usage';
import { useNames } from '../api/use-names';
import { UsageChart } from './chart';
import { Day } from './day';
import { Cell, Section, Table } from './section';

const GROUPS: readonly Group[] = ['day', 'room', 'member', 'model'];
const DAYS = 30;

/** What thirty days came to, drawn and as a table. */
export function Usage() {
  const t = useTranslations('billing');
  const [group, setGroup] = useState<Group>('day');
  const { data, isError } = useUsage(group, DAYS);
  const names = useNames();
  const name = (key: string) => {
    if (group === 'room') return key === '' ? t('private') : (names.room(key) ?? t('gone'));
    if (group === 'member') return names.person(key) ?? t('somebody');
    return key;
  };
  const items = (data?.items ?? []).map((item) => ({ ...item, name: name(item.key) }));
  if (group !== 'day') items.sort((a, b) => b.charged_tokens - a.charged_tokens);
  const bars = group === 'day' ? lastDays(DAYS).map((day) => items.find(({ key }) => key === day) ?? { key: day, name: day, charged_tokens: 0 }) : items.slice(0, 12);
  return (
    <Section
      title={t('usage', { days: DAYS })}
      tools={
        <div role="group" aria-label={t('by')} className="flex gap-1">
          {GROUPS.map((one) => (
            <button key={one} type="button" aria-pressed={group === one} onClick={() => setGroup(one)} className={clsx('shift min-h-8 rounded-full px-3 text-[13px]/5 font-medium max-page:min-h-11', group === one ? 'bg-accent-soft text-accent' : 'text-text-2 hover:bg-surface-2')}>
              {t(`groups.${one}`)}
            </button>
          ))}
        </div>
      }
    >
      {isError && <p role="alert" className="text-[13.5px]/5">{t('notLoaded')}</p>}
      {data && items.length === 0 && <p className="text-[13.5px]/5 text-text-2">{t('unused')}</p>}
      {items.length > 0 && (
        <div className="grid gap-3">
          <UsageChart bars={bars.map(({ key, name: label, charged_tokens }) => ({ key, label, value: charged_tokens }))} upright={group === 'day'} label={t('usage', { days: DAYS })} />
          <Table label={t(`groups.${group}`)} head={[{ name: t(`groups.${group}`) }, { name: t('answers'), number: true }, { name: t('read'), number: true }, { name: t('written'), number: true }, { name: t('charged'), number: true }]}>
            {items.map((item) => (
              <tr key={item.key}>
                <Cell>{group === 'day' ? <Day at={item.key} /> : <bdi>{item.name}</bdi>}</Cell>
                <Cell number>{t('count', { count: item.generations })}</Cell>
                <Cell number>{t('count', { count: item.input_tokens })}</Cell>
                <Cell number>{t('count', { count: item.output_tokens })}</Cell>
                <Cell number>{t('count', { count: item.charged_tokens })}</Cell>
              </tr>
            ))}
          </Table>
          <p className="text-[12.5px]/[18px] text-text-3">{t('privateLater')}</p>
        </div>
      )}
    </Section>
  );
}
