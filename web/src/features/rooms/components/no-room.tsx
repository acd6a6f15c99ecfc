'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Notice } from '@/components/notice';
import { Button } from '@/components/ui/button';
import { useRooms } from '@/lib/live/hooks';
import { NewRoomDialog } from './new-room-dialog';

/** Beside the list while no room is chosen. */
export function NoRoom() {
  const t = useTranslations('rooms');
  const none = useRooms().length === 0;
  const [making, setMaking] = useState(false);
  if (!none) return <Notice title={t('pick')} hint={t('pickHint')} />;
  return (
    <>
      <Notice title={t('begin')} hint={t('beginHint')}><Button kind="primary" onClick={() => setMaking(true)}>{t('new')}</Button></Notice>
      <NewRoomDialog open={making} onOpenChange={setMaking} />
    </>
  );
}
