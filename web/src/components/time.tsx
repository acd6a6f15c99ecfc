'use client';

import { useLocale } from 'next-intl';
import { useMounted } from '@/lib/live/use-mounted';

/** Always 0 to 23, with midnight at 0:00: `hour12: false` alone makes it 24 in some browsers. */
const CLOCK = { hourCycle: 'h23' } as const;

/** The time of day in the reader's own zone, which only the browser knows. */
export function Time({ at, className }: { at: string; className?: string }) {
  const locale = useLocale();
  const mounted = useMounted();
  const date = new Date(at);
  return <time dateTime={at} title={mounted ? fullTime(date, locale) : undefined} className={className}>{mounted ? timeOfDay(date, locale) : ''}</time>;
}

/** Short for a list: the time today, the weekday this week, then the date. */
export function ListTime({ at, className }: { at: string; className?: string }) {
  const locale = useLocale();
  const mounted = useMounted();
  return <time dateTime={at} className={className}>{mounted ? listTime(new Date(at), new Date(), locale) : ''}</time>;
}

export function timeOfDay(date: Date, locale: string): string {
  return date.toLocaleTimeString(locale, { hour: 'numeric', minute: '2-digit', ...CLOCK });
}

export function fullTime(date: Date, locale: string): string {
  return date.toLocaleString(locale, { dateStyle: 'full', timeStyle: 'short', ...CLOCK });
}

export function listTime(date: Date, now: Date, locale: string): string {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  if (date >= midnight) return timeOfDay(date, locale);
  const days = (midnight.getTime() - date.getTime()) / 86_400_000;
  if (days < 6) return date.toLocaleDateString(locale, { weekday: 'short' });
  return date.toLocaleDateString(locale, date.getFullYear() === now.getFullYear() ? { day: 'numeric', month: 'short' } : { dateStyle: 'short' });
}
