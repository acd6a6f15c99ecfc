'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { Icon } from '@/components/ui/icon';

export function AskAiSwitch({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  const t = useTranslations('chat');
  return (
    <button
      type="button" aria-pressed={on} onClick={() => onChange(!on)}
      className={clsx('shift inline-flex h-8 items-center gap-1.5 rounded-full border pr-3 pl-2.5 text-[13px] font-medium whitespace-nowrap max-page:h-11 short:h-8!', on ? 'border-accent-line bg-accent-soft text-accent' : 'border-line text-text-2 hover:bg-surface-2')}
    >
      <Icon name="spark" size={15} />{t('askAi')}
    </button>
  );
}
