'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { lazily } from '@/components/ui/lazily';
import { Dialog } from '@/components/ui/lazy-dialog';
import { useRoom } from '@/lib/live/hooks';
import { may } from '@/lib/rights';

const ReportList = lazily(async () => (await import('./report-list')).ReportList);

/** Opens the room's reports, for its admins. */
export function ReportsButton({ roomId }: { roomId: string }) {
  const t = useTranslations('safety');
  const role = useRoom(roomId)?.room.role ?? 'reader';
  const [open, setOpen] = useState(false);
  if (!may.invite(role)) return null;
  return (
    <>
      <Button className="h-9" onClick={() => setOpen(true)}><Icon name="flag" size={16} />{t('reports')}</Button>
      <Dialog open={open} onOpenChange={setOpen} title={t('reports')} description={t('reportsHint')}><ReportList roomId={roomId} close={() => setOpen(false)} /></Dialog>
    </>
  );
}
