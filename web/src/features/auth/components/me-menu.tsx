'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { startTransition } from 'react';
import { Face, nameOf } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/components/ui/lazy-menu';
import { LOCALE_COOKIE } from '@/i18n/locale';
import { purgeAll } from '@/lib/live/browser';
import { useLive } from '@/lib/live/provider';
import { remember, useTheme } from '@/lib/preferences';
import { logOut } from '../api/actions';

/** Oneself at the sidebar's foot: language, light, log out. */
export function MeMenu() {
  const t = useTranslations('preferences');
  const { me, client } = useLive();
  const locale = useLocale();
  const router = useRouter();
  const [dark, setDark] = useTheme();
  const speak = (language: 'ja' | 'en') => {
    remember(LOCALE_COOKIE, language);
    router.refresh();
  };
  return (
    <div className="border-t border-line px-2.5 py-2 pb-[max(8px,env(safe-area-inset-bottom))] rail:px-2">
      <Menu
        align="start" side="top"
        trigger={
          <button type="button" className="shift flex w-full items-center gap-2.5 rounded-2 p-2 text-left hover:bg-surface/60 data-[state=open]:bg-surface/60 rail:justify-center" aria-label={t('menu', { name: nameOf(me) })}>
            <Face user={me} />
            <span className="grid min-w-0 flex-1 rail:hidden">
              <b className="truncate text-[14px]/5 font-medium">{nameOf(me)}</b>
              <small className="truncate text-[12.5px]/[18px] text-text-3">@{me.username}</small>
            </span>
            <Icon name="more" className="text-text-2 rail:hidden" />
          </button>
        }
      >
        <MenuLabel>{t('language')}</MenuLabel>
        <MenuItem checked={locale === 'ja'} onSelect={() => speak('ja')}><span lang="ja">日本語</span></MenuItem>
        <MenuItem checked={locale === 'en'} onSelect={() => speak('en')}><span lang="en">English</span></MenuItem>
        <MenuLabel>{t('light_label')}</MenuLabel>
        <MenuItem checked={!dark} onSelect={() => setDark(false)}>{t('light')}</MenuItem>
        <MenuItem checked={dark} onSelect={() => setDark(true)}>{t('dark')}</MenuItem>
        <MenuLine />
        <MenuItem
          icon="out"
          onSelect={() => {
            client.stop();
            purgeAll();
            startTransition(() => logOut());
          }}
        >
          {t('logOut')}
        </MenuItem>
      </Menu>
    </div>
  );
}
