'use client';

import clsx from 'clsx';
import { useLocale, useTranslations } from 'next-intl';
import { useMounted } from '@/lib/live/use-mounted';

const LINE = 'flex items-center gap-3 text-[12px]/4 before:h-px before:flex-1 before:content-[""] after:h-px after:flex-1 after:content-[""]';

export function DayLine({ at }: { at: string }) {
  const t = useTranslations('chat');
  const locale = useLocale();
  const mounted = useMounted();
  return <div className={clsx(LINE, 'pt-[18px] pb-3.5 text-text-3 before:bg-line after:bg-line')}><span>{mounted ? dayName(new Date(at), new Date(), locale, t('today'), t('yesterday')) : '\u00a0'}</span></div>;
}

export function dayName(date: Date, now: Date, locale: string, today: string, yesterday: string): string {
  const midnight = (of: Date) => new Date(of.getFullYear(), of.getMonth(), of.getDate()).getTime();
  const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (days === 0) return today;
  if (days === 1) return yesterday;
  return date.toLocaleDateString(locale, { weekday: 'long', day: 'numeric', month: 'long', ...(date.getFullYear() !== now.getFullYear() && { year: 'numeric' }) });
}

/** Above it nothing is kept. */
export function BeginsLine({ at, days }: { at: string; days: number | null }) {
  const t = useTranslations('chat');
  const locale = useLocale();
  const mounted = useMounted();
  const date = mounted ? new Date(at).toLocaleDateString(locale, { dateStyle: 'long' }) : '\u00a0';
  return <p className="pt-[18px] text-center text-[12.5px]/[18px] text-balance text-text-3">{t('begins', { date, days: days ?? 0 })}</p>;
}

export function CutoffLine() {
  const t = useTranslations('chat');
  const dashes = 'before:bg-[repeating-linear-gradient(90deg,var(--accent-line)_0_5px,transparent_5px_9px)] after:bg-[repeating-linear-gradient(90deg,var(--accent-line)_0_5px,transparent_5px_9px)]';
  return <div className={clsx(LINE, dashes, 'pt-[18px] pb-3.5 text-accent')}><span>{t('cutoff')}</span></div>;
}

export function NewLine() {
  const t = useTranslations('chat');
  return <div role="separator" aria-label={t('newMessages')} className={clsx(LINE, 'pt-[18px] pb-3.5 font-semibold text-danger before:bg-danger/45 after:hidden')}><span>{t('newMessages')}</span></div>;
}
