'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Icon } from '@/components/ui/icon';
import { lazily } from '@/components/ui/lazily';
import { Dialog } from '@/components/ui/lazy-dialog';
import { useMyInvitations } from '../api/my-invitations';

const InvitationList = lazily(async () => (await import('./invitation-list')).InvitationList);

/** Opens what waits for me. Its number stands on it, live and after a reload. */
export function Inbox() {
  const t = useTranslations('notifications');
  const [open, setOpen] = useState(false);
  const { data } = useMyInvitations();
  const count = data?.pages.reduce((sum, { items }) => sum + items.length, 0) ?? 0;
  const shown = data?.pages.at(-1)?.next_cursor ? `${count}+` : String(count);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)} aria-label={count > 0 ? t('open', { count }) : t('title')} title={t('title')} className="shift relative flex min-h-9 min-w-0 flex-auto items-center gap-2 rounded-2 px-2 text-[13.5px]/5 text-text-2 hover:bg-surface/60 max-page:min-h-11 rail:justify-center">
        <Icon name="bell" size={18} /><span className="truncate rail:hidden">{t('title')}</span>
        {count > 0 && <span aria-hidden="true" className="ml-auto min-w-[18px] rounded-full bg-accent px-[5px] text-center text-[11px]/[18px] font-semibold text-on-accent tabular-nums rail:absolute rail:top-0 rail:right-0">{shown}</span>}
      </button>
      <Dialog open={open} onOpenChange={setOpen} title={t('title')}>
        <InvitationList close={() => setOpen(false)} />
      </Dialog>
    </>
  );
}
