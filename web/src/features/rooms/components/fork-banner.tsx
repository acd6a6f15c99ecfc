'use client';

import { useEffect } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { lazily } from '@/components/ui/lazily';
import { useTranslations } from 'next-intl';
import { useRoom } from '@/lib/live/hooks';
import { may } from '@/lib/rights';
import { useUi } from '@/stores/ui';

const Dialog = lazily(async () => (await import('./fork-dialog')).ForkDialog, () => null);
const Progress = lazily(async () => (await import('./fork-progress')).ForkProgress, () => null);
const Origin = lazily(async () => (await import('./fork-origin')).ForkOrigin, () => null);

/** Copies the room: for those who may. */
export function ForkButton({ roomId }: { roomId: string }) {
  const t = useTranslations('fork');
  const room = useRoom(roomId)?.room;
  if (!room || room.is_frozen || room.fork_state || !may.fork(room.role ?? 'reader')) return null;
  return <IconButton icon="fork" label={t('do')} onClick={() => useUi.setState({ forking: { roomId, upTo: null } })} className="max-[480px]:hidden" />;
}

/** Stands over the conversation of a copy: how far it is, and then where it comes from. */
export function ForkBanner({ roomId }: { roomId: string }) {
  const room = useRoom(roomId)?.room;
  const forking = useUi((ui) => ui.forking);
  // What was to be copied from here is not copied from the room that comes next.
  useEffect(() => () => useUi.setState({ forking: null }), [roomId]);
  return (
    <>
      {room?.fork_state && <Progress room={room} />}
      {room?.forked_from_room_id && !room.fork_state && <Origin source={room.forked_from_room_id} />}
      {forking?.roomId === roomId && <Dialog {...forking} close={closeDialog} />}
    </>
  );
}

const closeDialog = () => useUi.setState({ forking: null });
