'use client';

import { lazily } from '@/components/ui/lazily';
import { useRoom } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';

const TransferOffer = lazily(async () => (await import('./transfer-offer')).TransferOffer, () => null);

/** Stands over the conversation while the room is offered: for the one who may take it, and for the master. */
export function TransferBanner({ roomId }: { roomId: string }) {
  const { me } = useLive();
  const room = useRoom(roomId)?.room;
  if (!room?.offered_to || (room.offered_to !== me.id && room.role !== 'master')) return null;
  return <TransferOffer room={room} offeredTo={room.offered_to} />;
}
