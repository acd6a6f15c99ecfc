'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { browserClient } from '@/lib/api/browser';
import { apiClient, type ApiClient } from '@/lib/api/client';
import { protocolApi } from '@/lib/api/protocol-api';
import type { components } from '@/lib/api/schema';
import { RealtimeClient } from '@/lib/protocol/client';
import type { RoomPage } from '@/lib/protocol/types';
import { browserClock, browserSocket, localOutbox, purgeOthers } from './browser';
import { invitedChanged } from './invited';
import { toLogIn } from './signed-out';

export type Me = components['schemas']['Me'];

interface Live {
  me: Me;
  client: RealtimeClient;
  api: ApiClient;
}

const Context = createContext<Live | null>(null);

/** Holds the signed-in person's live view of their rooms for everything below. */
export function LiveProvider({ me, rooms, children }: { me: Me; rooms: RoomPage; children: ReactNode }) {
  const [queries] = useState(() => new QueryClient({ defaultOptions: {
    queries: { staleTime: 30_000, retry: 1, refetchOnWindowFocus: false },
    // Without a connection a change fails at once and says so; it is not carried out later behind one's back.
    mutations: { networkMode: 'always' },
  } }));
  // A notice names what has changed; what is fetched is kept under that name.
  const [live] = useState(() => createLive(me, rooms, (kind) => void queries.invalidateQueries({ queryKey: [kind] })));

  useEffect(() => {
    const { client } = live;
    purgeOthers(me.id);
    const seen = () => client.setVisible(!document.hidden);
    const online = () => client.networkIsBack();
    const offline = () => client.networkIsGone();
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('online', online);
    window.addEventListener('offline', offline);
    client.start();
    seen();
    return () => {
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('online', online);
      window.removeEventListener('offline', offline);
      client.stop();
    };
  }, [live, me.id]);

  return (
    <Context.Provider value={useMemo(() => ({ ...live, me }), [live, me])}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </Context.Provider>
  );
}

export function useLive(): Live {
  const live = useContext(Context);
  if (!live) throw new Error('useLive stands outside of LiveProvider');
  return live;
}

function createLive(me: Me, rooms: RoomPage, noticed: (kind: string) => void): Live {
  const inBrowser = typeof window !== 'undefined';
  // On the server the same tree is rendered once from its seeds; nothing is fetched or opened there.
  const api = inBrowser
    ? browserClient(toLogIn)
    : apiClient('http://server.invalid', () => Promise.reject(new Error('no requests while rendering')));
  const client = new RealtimeClient({
    myId: me.id,
    api: protocolApi(api),
    clock: browserClock,
    openSocket: browserSocket,
    storage: inBrowser ? localOutbox(me.id) : { all: () => [], put: () => undefined, remove: () => undefined, watch: () => () => undefined },
    newId: () => crypto.randomUUID(),
    invited: invitedChanged,
    noticed,
  });
  client.seed(rooms);
  return { me, client, api };
}
