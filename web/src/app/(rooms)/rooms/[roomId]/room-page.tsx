'use client';

import { useEffect, useState } from 'react';
import { Chat } from '@/features/chat/components/chat';
import { InviteButton, InviteDialog } from '@/features/invitations/components/invite-button';
import { PeoplePanel } from '@/features/members/components/people-panel';
import { TransferBanner } from '@/features/members/components/transfer-banner';
import { ForkBanner, ForkButton } from '@/features/rooms/components/fork-banner';
import { ExportButton } from '@/features/rooms/components/export-button';
import { RoomTools } from '@/features/rooms/components/room-tools';
import { ReportDialog } from '@/features/safety/components/report-dialog';
import { ReportsButton } from '@/features/safety/components/reports-button';
import { useLive } from '@/lib/live/provider';
import { useUi } from '@/stores/ui';
import type { MessagePage, Room } from '@/lib/protocol/types';

interface Props {
  roomId: string;
  messageId: string | null;
  seed: { room: Room; messages: MessagePage } | null;
}

/** Puts a room's page together from the features. */
export function RoomPage({ roomId, messageId, seed }: Props) {
  const { client } = useLive();
  // Before the first render, so that the server's answer already shows the messages.
  useState(() => seed && client.seedRoom(seed.room, seed.messages));
  // What was about to be done here is not done in the room that comes next.
  useEffect(() => () => useUi.setState({ inviting: null, settings: null, reporting: null }), []);
  return (
    <div className="grid min-h-0 min-w-0 grid-cols-[minmax(0,1fr)_auto] grid-rows-[minmax(0,1fr)]">
      <Chat roomId={roomId} messageId={messageId} tools={<><ForkButton roomId={roomId} /><ExportButton roomId={roomId} /><RoomTools roomId={roomId} /></>} notice={<><TransferBanner roomId={roomId} /><ForkBanner roomId={roomId} /></>} />
      <PeoplePanel roomId={roomId} tools={<><InviteButton roomId={roomId} /><ReportsButton roomId={roomId} /><ExportButton roomId={roomId} narrow /></>} />
      <InviteDialog roomId={roomId} />
      <ReportDialog roomId={roomId} />
    </div>
  );
}
