import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { cache } from 'react';
import { bodyOf } from '@/lib/api/client';
import { serverApi } from '@/lib/server/api';
import { RoomPage } from './room-page';

interface Props {
  params: Promise<{ roomId: string }>;
  searchParams: Promise<{ message?: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const seed = await seedOf((await params).roomId);
  return { title: seed?.room.name ?? { absolute: 'Yoriai' } };
}

export default async function Page({ params, searchParams }: Props) {
  const [{ roomId }, { message }] = await Promise.all([params, searchParams]);
  const seed = await seedOf(roomId);
  return <RoomPage key={`${roomId} ${message ?? ''}`} roomId={roomId} messageId={message ?? null} seed={seed} />;
}

/** The newest messages in the first answer. Within the app the browser holds or fetches them itself. Asked once for title and page. */
const seedOf = cache(async (roomId: string) => {
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
});
