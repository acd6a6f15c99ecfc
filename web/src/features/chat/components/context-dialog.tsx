'use client';

import { useTranslations } from 'next-intl';
import { Dialog } from '@/components/ui/dialog';
import { useDraft, usePrivately } from '@/stores/drafts';
import { useAsked } from '../hooks/use-asked';
import { ContextPanel } from './context-panel';

/** What the AI would see of a room if it were asked now, with what stands in the box. */
export function ContextDialog({ roomId, close }: { roomId: string; close: () => void }) {
  const t = useTranslations('context');
  const [text] = useDraft(roomId);
  const [privately] = usePrivately(roomId);
  const { asked } = useAsked(roomId);
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={t('title')}>
      <ContextPanel roomId={roomId} text={text} asked={{ ...asked, ...(privately && { visibility: 'private' }) }} done={close} />
    </Dialog>
  );
}
