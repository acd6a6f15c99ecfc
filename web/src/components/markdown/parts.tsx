'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

/** Scrolls within itself, by the keyboard too. */
export function WideTable({ children }: { children: ReactNode }) {
  const t = useTranslations('ui');
  return <div role="group" tabIndex={0} aria-label={t('table')} className="md-table"><table dir="auto">{children}</table></div>;
}

export function TaskBox({ done }: { done: boolean }) {
  const t = useTranslations('ui');
  return <input type="checkbox" checked={done} aria-label={t(done ? 'done' : 'toDo')} readOnly disabled className="me-1.5 align-[-2px]" />;
}
