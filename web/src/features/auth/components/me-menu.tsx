'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Face, nameOf } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { lazily } from '@/components/ui/lazily';
import { Menu } from '@/components/ui/lazy-menu';
import { useLive } from '@/lib/live/provider';

const MeItems = lazily(async () => (await import('./me-items')).MeItems);
const LogOutDialog = lazily(async () => (await import('./me-items')).LogOutDialog, () => null);

/** Oneself at the sidebar's foot: language, light, log out. */
export function MeMenu() {
  const t = useTranslations('preferences');
  const { me } = useLive();
  const [asking, setAsking] = useState(false);
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
        <MeItems askFirst={() => setAsking(true)} />
      </Menu>
      {asking && <LogOutDialog close={() => setAsking(false)} />}
    </div>
  );
}
