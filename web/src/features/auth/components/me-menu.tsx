'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/lazy-dialog';
import { Face, nameOf } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/components/ui/lazy-menu';
import { LOCALE_COOKIE } from '@/i18n/locale';
import { endSession } from '@/lib/api/browser';
import { purgeAll, unsentOf } from '@/lib/live/browser';
import { go } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';
import { remember, useTheme } from '@/lib/preferences';
import { draftsOf, dropDrafts } from '@/stores/drafts';
import { notify } from '@/stores/toasts';
import { useUi } from '@/stores/ui';

/** Oneself at the sidebar's foot: language, light, log out. */
export function MeMenu() {
  const t = useTranslations('preferences');
  const billing = useTranslations('billing');
  const account = useTranslations('account');
  const { me, api } = useLive();
  const locale = useLocale();
  const router = useRouter();
  const [dark, setDark] = useTheme();
  const [asking, setAsking] = useState(false);
  const leave = useLogOut();
  const speak = (language: 'ja' | 'en') => {
    remember(LOCALE_COOKIE, language);
    void api.PATCH('/me', { body: { locale: language } }).catch(() => undefined);
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
        <MenuItem onSelect={() => go('/account')}>{account('title')}</MenuItem>
        <MenuItem onSelect={() => go('/billing')}>{billing('title')}</MenuItem>
        <MenuItem onSelect={() => useUi.setState({ exporting: { roomId: null } })}>{t('export')}</MenuItem>
        <MenuItem icon="out" onSelect={() => (draftsOf(me.id).size + unsentOf(me.id) > 0 ? setAsking(true) : void leave())}>{t('logOut')}</MenuItem>
      </Menu>
      <Dialog open={asking} onOpenChange={setAsking} title={t('logOutTitle')} description={t('logOutLoses', { drafts: draftsOf(me.id).size, unsent: unsentOf(me.id) })}>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => setAsking(false)}>{t('stay')}</Button>
          <Button
            kind="danger"
            onClick={() => {
              setAsking(false);
              void leave();
            }}
          >
            {t('logOutAnyway')}
          </Button>
        </div>
      </Dialog>
    </div>
  );
}

/** Logs out at the API itself, which a page can do that was left open over a deployment. If that fails everything stays as it is. */
function useLogOut(): () => Promise<void> {
  const t = useTranslations('preferences');
  const { client } = useLive();
  return async () => {
    if (!(await endSession())) {
      notify({ text: t('logOutFailed'), amiss: true });
      return;
    }
    client.stop();
    dropDrafts();
    purgeAll();
    // A page of its own: nothing of this person stays in memory.
    location.assign('/login');
  };
}
