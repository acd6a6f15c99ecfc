'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { remember, useTheme } from '@/lib/preferences';
import { LOCALE_COOKIE } from '@/i18n/locale';

/** Language and light, for those who are not signed in. */
export function Preferences() {
  const t = useTranslations('preferences');
  const locale = useLocale();
  const router = useRouter();
  const [dark, setDark] = useTheme();
  const other = locale === 'ja' ? 'en' : 'ja';
  const className = 'shift h-9 rounded-2 px-3 text-[13px] text-text-2 hover:bg-surface-2 hover:text-text max-page:h-11';
  return (
    <div className="flex gap-1">
      <button
        type="button" lang={other} className={className}
        onClick={() => {
          remember(LOCALE_COOKIE, other);
          router.refresh();
        }}
      >
        {other === 'ja' ? '日本語' : 'English'}
      </button>
      <button type="button" className={className} onClick={() => setDark(!dark)}>{dark ? t('light') : t('dark')}</button>
    </div>
  );
}
