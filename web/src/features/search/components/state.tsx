'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { useErrorText } from '@/components/use-error-text';
import { ApiError } from '@/lib/protocol/ports';
import type { useSearch } from '../api/search-messages';
import type { Filters } from '../utils/query';

interface Props {
  typed: string;
  /** Whether what is typed can find messages. */
  asks: boolean;
  filters: Filters;
  /** How much stands above this. */
  found: number;
  search: ReturnType<typeof useSearch>;
  offline: boolean;
}

/** Below what was found: that it is looked for, that there is nothing, what is amiss, or that there is more. */
export function State({ typed, asks, filters, found, search, offline }: Props) {
  const t = useTranslations('search');
  const errorText = useErrorText();
  const { error } = search;
  if (error) {
    const patience = error instanceof ApiError ? error.retryAfter : null;
    return (
      <div role="alert" className="flex flex-wrap items-center justify-between gap-2 px-2 py-2 text-[13.5px]/5 text-text-2">
        {patience !== null ? t('patience', { seconds: Math.ceil(patience) }) : offline ? t('offline') : errorText(error)}
        <Button onClick={() => void search.again()}>{t('again')}</Button>
      </div>
    );
  }
  if (search.searching && search.hits.length === 0) return <p role="status" className="px-2 py-2 text-[13.5px]/5 text-text-3">{t('searching')}</p>;
  if (search.more) return <div className="px-2 py-1"><Button className="w-full" disabled={search.searching} onClick={() => void search.more?.()}>{t('more')}</Button></div>;
  if (asks && search.hits.length === 0) return <p role="status" className="px-2 py-3 text-[13.5px]/5 text-text-2">{t(filters.since || filters.till || filters.senderId || filters.fromAi ? 'noneFiltered' : 'none', { typed: typed.trim() })}</p>;
  if (!asks && typed.trim() !== '') return <p role="status" className="px-2 py-3 text-[13.5px]/5 text-text-2">{t(filters.since && filters.till && filters.since > filters.till ? 'backwards' : 'nothingToFind')}</p>;
  if (!asks && (found === 0 || filters.roomId !== null)) return <p className="px-2 py-3 text-[13.5px]/5 text-text-2">{t('hint')}</p>;
  return null;
}
