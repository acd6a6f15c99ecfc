'use client';

import { useTranslations } from 'next-intl';
import { lazily } from '@/components/ui/lazily';
import { Dialog } from '@/components/ui/lazy-dialog';
import { useUi } from '@/stores/ui';

const ReportForm = lazily(async () => (await import('./report-form')).ReportForm);

/** Tells the room's admins about the message that was chosen in its menu. */
export function ReportDialog({ roomId }: { roomId: string }) {
  const t = useTranslations('safety');
  const messageId = useUi((ui) => ui.reporting);
  const setReporting = useUi((ui) => ui.setReporting);
  return (
    <Dialog open={messageId !== null} onOpenChange={() => setReporting(null)} title={t('report')} description={t('reportHint')}>
      {messageId !== null && <ReportForm roomId={roomId} messageId={messageId} done={() => setReporting(null)} />}
    </Dialog>
  );
}
