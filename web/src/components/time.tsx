'use client';

import { useLocale } from 'next-intl';
import { useMounted } from '@/lib/live/use-mounted';

/** The time of day in the reader's own zone, which only the browser knows. */
export function Time({ at, className }: { at: string; className?: string }) {
  const locale = useLocale();
  const date = new Date(at);
  const text = useMounted() ? date.toLocaleTimeString(locale, { hour: 'numeric', minute: '2-digit', hour12: false }) : '';
  const full = useMounted() ? date.toLocaleString(locale, { dateStyle: 'full', timeStyle: 'short' }) : undefined;
  return <time dateTime={at} title={full} className={className}>{text}</time>;
}

/** Short for a list: the time today, the weekday this week, then the date. */
export function ListTime({ at, className }: { at: string; className?: string }) {
  const locale = useLocale();
  const mounted = useMounted();
  return <time dateTime={at} className={className}>{mounted ? listTime(new Date(at), new Date(), locale) : ''}</time>;
}

export function listTime(date: Date, now: Date, locale: string): string {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  if (date >= midnight) return date.toLocaleTimeString(locale, { hour: 'numeric', minute: '2-digit', hour12: false });
  const days = (midnight.getTime() - date.getTime()) / 86_400_000;
  if (days < 6) return date.toLocaleDateString(locale, { weekday: 'short' });
  return date.toLocaleDateString(locale, date.getFullYear() === now.getFullYear() ? { day: 'numeric', month: 'short' } : { dateStyle: 'short' });
}
