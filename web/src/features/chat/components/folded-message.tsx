'use client';

import { useTranslations } from 'next-intl';
import { Icon } from '@/components/ui/icon';

/** In place of what somebody wrote whom I blocked. It can be looked at all the same. */
export function FoldedMessage({ id, row, onShow }: { id: string; row: string; onShow: () => void }) {
  const t = useTranslations('safety');
  return (
    <article id={`m-${id}`} data-row={row} aria-label={t('folded')} className="-mx-3 grid grid-cols-[32px_minmax(0,1fr)] items-center gap-3 rounded-2 px-3 py-1 text-[13.5px]/5 text-text-3 max-page:-mx-2 max-page:grid-cols-[28px_minmax(0,1fr)] max-page:gap-2.5 max-page:px-2">
      <span aria-hidden="true" className="grid place-items-center"><Icon name="eye-off" size={15} /></span>
      <p>{t('folded')} <button type="button" onClick={onShow} className="shift min-h-8 rounded-1 px-2 font-medium text-accent hover:bg-accent-soft max-page:min-h-11">{t('show')}</button></p>
    </article>
  );
}
