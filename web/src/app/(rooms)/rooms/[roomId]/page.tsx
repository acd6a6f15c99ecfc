import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { bodyOf } from '@/lib/api/client';
import { serverApi } from '@/lib/server/api';
import { RoomPage } from './room-page';

interface Props {
  params: Promise<{ roomId: string }>;
  searchParams: Promise<{ message?: string }>;
}

export const metadata: Metadata = { title: 'Yoriai' };

export default async function Page({ params, searchParams }: Props) {
  const [{ roomId }, { message }] = await Promise.all([params, searchParams]);
  return <RoomPage key={`${roomId} ${message ?? ''}`} roomId={roomId} messageId={message ?? null} seed={message === undefined ? await seedOf(roomId) : null} />;
}

/** The newest messages in the first answer. Within the app the browser holds or fetches them itself. */
async function seedOf(roomId: string) {
  if ((await headers()).get('sec-fetch-dest') === 'empty') return null;
  const api = await serverApi();
  const path = { roomId };
  try {
    const [room, messages] = await Promise.all([
      bodyOf(api.GET('/rooms/{roomId}', { params: { path } })),
      bodyOf(api.GET('/rooms/{roomId}/messages', { params: { path, query: { limit: 50 } } })),
    ]);
    return { room, messages };
  } catch {
    // A room that is not there, or an API in trouble: the page says so itself once it has asked.
    return null;
  }
}
