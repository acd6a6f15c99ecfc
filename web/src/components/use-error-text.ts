'use client';

import { useTranslations } from 'next-intl';
import { ApiError } from '@/lib/protocol/ports';

/** Says in a sentence why something did not work. */
export function useErrorText(): (error: unknown) => string {
  const t = useTranslations('errors');
  return (error) => {
    const code = error instanceof ApiError ? error.code : 'unreachable';
    const wait = error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
    if (code === 'rate_limited' && wait > 60) return t('rateLimitedFor', { minutes: Math.ceil(wait / 60) });
    return t.has(code) ? t(code) : t('unknown');
  };
}
