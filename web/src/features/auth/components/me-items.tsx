'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { MenuItem, MenuLabel, MenuLine } from '@/components/ui/menu';
import { LOCALE_COOKIE } from '@/i18n/locale';
import { endSession } from '@/lib/api/browser';
import { purgeAll, unsentOf } from '@/lib/live/browser';
import { go } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';
import { remember, useTheme } from '@/lib/preferences';
import { draftsOf, dropDrafts } from '@/stores/drafts';
import { notify } from '@/stores/toasts';
import { useUi } from '@/stores/ui';

/** What the menu of oneself holds. Whoever logs out with words that were not sent yet is asked first. */
export function MeItems({ askFirst }: { askFirst: () => void }) {
  const t = useTranslations('preferences');
  const billing = useTranslations('billing');
  const account = useTranslations('account');
  const { me, api } = useLive();
  const locale = useLocale();
  const router = useRouter();
  const [dark, setDark] = useTheme();
  const leave = useLogOut();
  const speak = (language: 'ja' | 'en') => {
    remember(LOCALE_COOKIE, language);
    void api.PATCH('/me', { body: { locale: language } }).catch(() => undefined);
    router.refresh();
  };
  return (
    <>
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
      <MenuItem icon="out" onSelect={() => (draftsOf(me.id).size + unsentOf(me.id) > 0 ? askFirst() : void leave())}>{t('logOut')}</MenuItem>
    </>
  );
}

/** Logging out forgets what was not sent. */
export function LogOutDialog({ close }: { close: () => void }) {
  const t = useTranslations('preferences');
  const { me } = useLive();
  const leave = useLogOut();
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={t('logOutTitle')} description={t('logOutLoses', { drafts: draftsOf(me.id).size, unsent: unsentOf(me.id) })}>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={close}>{t('stay')}</Button>
        <Button
          kind="danger"
          onClick={() => {
            close();
            void leave();
          }}
        >
          {t('logOutAnyway')}
        </Button>
      </div>
    </Dialog>
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
