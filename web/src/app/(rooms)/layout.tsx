import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { bodyOf } from '@/lib/api/client';
import { LiveProvider } from '@/lib/live/provider';
import { ApiError } from '@/lib/protocol/ports';
import { serverApi } from '@/lib/server/api';
import { Frame } from './frame';

export default async function RoomsLayout({ children }: { children: ReactNode }) {
  const { me, rooms } = await load();
  return (
    <LiveProvider key={me.id} me={me} rooms={rooms}>
      <Frame>{children}</Frame>
    </LiveProvider>
  );
}

async function load() {
  const api = await serverApi();
  try {
    const [me, rooms] = await Promise.all([bodyOf(api.GET('/me')), bodyOf(api.GET('/rooms', { params: { query: { limit: 100 } } }))]);
    return { me, rooms };
  } catch (error) {
    // The proxy let the request through on a token that the API does not accept any more.
    if (error instanceof ApiError && error.status === 401) redirect('/signed-out');
    throw error;
  }
}
