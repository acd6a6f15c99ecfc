'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { lazily } from '@/components/ui/lazily';
import { Dialog } from '@/components/ui/lazy-dialog';
import { useRoom } from '@/lib/live/hooks';
import { may } from '@/lib/rights';
import { useUi } from '@/stores/ui';

const InviteForm = lazily(async () => (await import('./invite-form')).InviteForm);

/** Opens the invitations of a room, for who may invite. A closed room lets nobody in, but what waits can be taken back. */
export function InviteButton({ roomId }: { roomId: string }) {
  const t = useTranslations('invitations');
  const room = useRoom(roomId)?.room;
  const setInviting = useUi((ui) => ui.setInviting);
  if (!room || !may.invite(room.role ?? 'reader')) return null;
  return <Button className="h-9" onClick={() => setInviting(roomId)}><Icon name="plus" size={16} />{t('invite')}</Button>;
}

export function InviteDialog({ roomId }: { roomId: string }) {
  const t = useTranslations('invitations');
  const room = useRoom(roomId)?.room;
  const open = useUi((ui) => ui.inviting === roomId);
  const setInviting = useUi((ui) => ui.setInviting);
  if (!room || !may.invite(room.role ?? 'reader')) return null;
  return (
    <Dialog open={open} onOpenChange={(next) => setInviting(next ? roomId : null)} title={t('title', { name: room.name })}>
      <InviteForm room={room} />
    </Dialog>
  );
}
