'use client';

import { useLocale } from 'next-intl';

/** A date in the reader's words; days of the books (2026-11-30) are UTC's. */
export function Day({ at }: { at: string }) {
  const locale = useLocale();
  const utc = at.length === 10;
  return <time dateTime={at}>{new Date(at).toLocaleDateString(locale, { dateStyle: 'medium', ...(utc && { timeZone: 'UTC' }) })}</time>;
}
