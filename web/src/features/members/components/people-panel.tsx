'use client';

import type { ReactNode } from 'react';
import { lazily } from '@/components/ui/lazily';
import { useUi } from '@/stores/ui';

const Panel = lazily(async () => (await import('./panel')).Panel);

/** Who is in the room, on demand: beside the conversation where there is room for it, over it otherwise. */
export function PeoplePanel({ roomId, tools }: { roomId: string; tools?: ReactNode }) {
  const open = useUi((ui) => ui.peopleOpen);
  const setOpen = useUi((ui) => ui.setPeopleOpen);
  return open && <Panel roomId={roomId} tools={tools} close={() => setOpen(false)} />;
}
