import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { Waking } from '@/features/auth/components/waking';
import { bodyOf } from '@/lib/api/client';
import { LiveProvider } from '@/lib/live/provider';
import { ApiError } from '@/lib/protocol/ports';
import { serverApi } from '@/lib/server/api';
import { SESSION_AWAY } from '@/lib/server/session';
import { Frame } from './frame';

export default async function RoomsLayout({ children }: { children: ReactNode }) {
  const found = await load();
  if (typeof found === 'string') return <Waking code={found} />;
  return (
    <LiveProvider key={found.me.id} me={found.me} rooms={found.rooms}>
      <Frame>{children}</Frame>
    </LiveProvider>
  );
}

/** Me and my rooms, or why they cannot be had now. A refusal here ends no session: the page asks for a refresh, and only that may. */
async function load() {
  if ((await headers()).has(SESSION_AWAY)) return 'unavailable';
  const api = await serverApi();
  try {
    const [me, rooms] = await Promise.all([bodyOf(api.GET('/me')), bodyOf(api.GET('/rooms', { params: { query: { limit: 100 } } }))]);
    return { me, rooms };
  } catch (error) {
    return error instanceof ApiError ? error.code : 'unavailable';
  }
}
