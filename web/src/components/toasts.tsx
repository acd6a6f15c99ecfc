'use client';

import { useTranslations } from 'next-intl';
import { drop, useToasts } from '@/stores/toasts';
import { Icon } from './ui/icon';
import { IconButton } from './ui/icon-button';

/** What was just done, at the foot of the page. */
export function Toasts() {
  const t = useTranslations('ui');
  const { toasts } = useToasts();
  return (
    <div role="region" aria-label={t('notices')} className="pointer-events-none fixed inset-x-0 bottom-36 z-60 grid justify-items-center gap-2 px-4">
      <div role="status" className="contents">
        {toasts.map(({ id, text, amiss, action }) => (
          <p key={id} className="animate-rise pointer-events-auto flex max-w-full items-center gap-2 rounded-2 border border-line bg-surface py-1 pr-1 pl-3.5 text-[13.5px]/5 shadow-float">
            {amiss && <Icon name="alert" size={16} className="text-danger" />}
            <span className="min-w-0 py-1.5">{text}</span>
            {action && (
              <button
                type="button" className="shift min-h-8 rounded-1 px-2.5 font-medium whitespace-nowrap text-accent hover:bg-accent-soft max-page:min-h-11"
                onClick={() => {
                  drop(id);
                  action.run();
                }}
              >
                {action.label}
              </button>
            )}
            <IconButton icon="close" small label={t('close')} onClick={() => drop(id)} />
          </p>
        ))}
      </div>
    </div>
  );
}
