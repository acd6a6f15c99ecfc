'use client';

import { useLocale } from 'next-intl';

/** Says when something ends, by the reader's own clock, calendar and language. For what is shown in the browser alone. */
export function useMoment(): (at: string) => string {
  const locale = useLocale();
  return (at) => new Date(at).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
}
