'use client';

import { useParams } from 'next/navigation';
import type { ReactNode } from 'react';
import { MeMenu } from '@/features/auth/components/me-menu';
import { Sidebar } from '@/features/rooms/components/sidebar';
import { useUi } from '@/stores/ui';

/** The frame around every page of a signed-in person. On a phone the list and a room are pages of their own. */
export function Frame({ children }: { children: ReactNode }) {
  const { roomId } = useParams<{ roomId?: string }>();
  const collapsed = useUi((ui) => ui.sideCollapsed);
  return (
    <div className="app grid h-dvh grid-cols-[280px_minmax(0,1fr)] grid-rows-[minmax(0,1fr)] rail:grid-cols-[64px_minmax(0,1fr)] max-page:grid-cols-[minmax(0,1fr)]" data-collapsed={collapsed}>
      <div className={roomId === undefined ? 'min-h-0' : 'min-h-0 max-page:hidden'}><Sidebar currentId={roomId ?? null} foot={<MeMenu />} /></div>
      <div className={roomId === undefined ? 'grid min-h-0 min-w-0 max-page:hidden' : 'grid min-h-0 min-w-0'}>{children}</div>
    </div>
  );
}
