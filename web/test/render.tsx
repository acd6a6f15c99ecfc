import { vi } from 'vitest';
import { render } from '@testing-library/react';
import { http } from 'msw';
import { setupServer } from 'msw/node';
import { NextIntlClientProvider } from 'next-intl';
import type { ReactNode } from 'react';
// What a page fetches when somebody is about to open it is there already, however busy the machine is.
import '@/components/model-chooser';
import '@/components/ui/dialog';
import '@/components/ui/menu';
import { LiveProvider } from '@/lib/live/provider';
import en from '../messages/en.json';
import ja from '../messages/ja.json';
import { FakeCloud } from './fake/cloud';
import { answer } from './fake/http';

/** A page of one person in a cloud of their own: MSW plays the API, a stand-in the socket. */
export function stage() {
  const cloud = new FakeCloud();
  cloud.now = () => Date.now();
  const aki = cloud.addUser('aki');
  const ben = cloud.addUser('ben');
  const sockets = new Set<StageSocket>();
  const sent: unknown[] = [];
  let respond = answer(cloud, aki.id);
  const server = setupServer(http.all('*/api/*', ({ request }) => respond(request.clone())));

  class StageSocket {
    onopen: (() => void) | null = null;
    onmessage: ((message: { data: string }) => void) | null = null;
    onclose: (() => void) | null = null;
    constructor() {
      setTimeout(() => {
        sockets.add(this);
        this.onopen?.();
      });
    }
    send(text: string) {
      const frame = JSON.parse(text) as { action: string };
      sent.push(frame);
      if (frame.action === 'heartbeat') this.onmessage?.({ data: JSON.stringify({ type: 'pong', user: cloud.userLogs.get(aki.id)!.length, rooms: {} }) });
    }
    close() {
      sockets.delete(this);
      this.onclose?.();
    }
  }

  cloud.onPush = ({ userId, frame }) => {
    if (userId === aki.id) for (const socket of sockets) socket.onmessage?.({ data: JSON.stringify(frame) });
  };

  return {
    cloud, aki, ben, server, sent,
    /** Answers requests otherwise for a while. */
    breakApi: (broken: (request: Request) => Promise<Response> | null) => {
      const sound = answer(cloud, aki.id);
      respond = async (request) => broken(request) ?? sound(request);
    },
    push: (frame: object) => {
      for (const socket of sockets) socket.onmessage?.({ data: JSON.stringify(frame) });
    },
    /** The connection breaks; the page makes another. */
    cut: () => {
      for (const socket of [...sockets]) socket.close();
    },
    open: () => {
      server.listen({ onUnhandledRequest: 'error' });
      // After MSW, which takes the place of the socket too.
      vi.stubGlobal('WebSocket', StageSocket);
    },
    close: () => {
      vi.unstubAllGlobals();
      server.close();
      sockets.clear();
      localStorage.clear();
    },
    show: (page: ReactNode, locale: 'en' | 'ja' = 'en') => {
      const rooms = [...cloud.rooms.values()].filter((room) => room.members.has(aki.id)).map((room) => cloud.roomFor(room, aki.id));
      return render(
        <NextIntlClientProvider locale={locale} timeZone="UTC" messages={locale === 'ja' ? ja : en}>
          <LiveProvider me={{ ...aki, email: 'aki@example.com', is_admin: false, ai_may_read: true }} rooms={{ items: rooms, next_cursor: null, latest_event: cloud.userLogs.get(aki.id)!.length }}>{page}</LiveProvider>
        </NextIntlClientProvider>,
      );
    },
  };
}
