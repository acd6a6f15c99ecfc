import { apiClient } from '@/lib/api/client';
import { protocolApi } from '@/lib/api/protocol-api';
import { RealtimeClient } from '@/lib/protocol/client';
import type { OpenSocket, OutboxStorage, SocketEvents } from '@/lib/protocol/ports';
import type { Unsent } from '@/lib/protocol/types';
import type { VirtualClock } from './clock';
import type { FakeCloud, Push } from './cloud';
import { answer, type Limits } from './http';

/** How badly the network behaves: chances in [0, 1] and the longest delay in milliseconds. */
export interface Weather {
  drop: number;
  double: number;
  delay: number;
  /** A request that never reaches the server, and one whose answer never comes back. */
  lostRequests: number;
  lostAnswers: number;
  /** Sockets cut for every push. */
  cuts: number;
}

export const fine: Weather = { drop: 0, double: 0, delay: 0, lostRequests: 0, lostAnswers: 0, cuts: 0 };

interface FakeSocket {
  userId: string;
  viewing: string | null;
  events: SocketEvents;
  open: boolean;
}

/** Joins clients to the fake cloud through a network whose weather the test chooses. */
export class FakeNetwork {
  weather: Weather = fine;
  offline = new Set<string>();
  readonly requests: string[] = [];
  readonly sockets = new Set<FakeSocket>();

  constructor(
    readonly cloud: FakeCloud,
    readonly clock: VirtualClock,
    readonly limits: Limits = { changes: 200 },
  ) {
    cloud.onPush = (push) => this.push(push);
    cloud.later = (work) => clock.after(clock.random() * this.weather.delay * 0.5, work);
  }

  client(userId: string, storage: OutboxStorage = memoryOutbox()): RealtimeClient {
    const respond = answer(this.cloud, userId, this.limits);
    const send = async (request: Request): Promise<Response> => {
      this.requests.push(`${request.method} ${new URL(request.url).pathname}`);
      const { delay, lostRequests, lostAnswers } = this.weather;
      await this.clock.sleep(this.clock.random() * delay);
      if (this.offline.has(userId) || this.clock.random() < lostRequests) throw new TypeError('the request was lost');
      const response = await respond(request);
      await this.clock.sleep(this.clock.random() * delay);
      if (this.offline.has(userId) || this.clock.random() < lostAnswers) throw new TypeError('the answer was lost');
      return response;
    };
    return new RealtimeClient({
      myId: userId, api: protocolApi(apiClient('http://fake/api', send)), clock: this.clock, openSocket: this.openSocket(userId), storage, newId: () => this.cloud.id(),
    });
  }

  cut(userId?: string): void {
    for (const socket of [...this.sockets]) if (userId === undefined || socket.userId === userId) this.close(socket);
  }

  private openSocket(userId: string): OpenSocket {
    return (_, events) => {
      const socket: FakeSocket = { userId, viewing: null, events, open: false };
      this.clock.after(1 + this.clock.random() * this.weather.delay, () => {
        if (this.offline.has(userId)) return events.closed();
        socket.open = true;
        this.sockets.add(socket);
        events.opened();
      });
      return { send: (text) => this.clock.after(0, () => this.heard(socket, text)), close: () => this.close(socket) };
    };
  }

  private close(socket: FakeSocket): void {
    if (!this.sockets.delete(socket)) return;
    socket.open = false;
    this.clock.after(0, () => socket.events.closed());
  }

  private heard(socket: FakeSocket, text: string): void {
    const frame = JSON.parse(text) as { action: string; room_id?: string | null; rooms?: Record<string, number> };
    if (frame.action === 'view') socket.viewing = frame.room_id ?? null;
    if (frame.action === 'typing') {
      const user = this.cloud.users.get(socket.userId)!;
      for (const other of this.sockets) if (other.viewing === frame.room_id && other !== socket) other.events.received(JSON.stringify({ type: 'typing', room_id: frame.room_id, user }));
    }
    if (frame.action !== 'heartbeat') return;
    const rooms = Object.fromEntries(Object.keys(frame.rooms ?? {}).map((id) => {
      const room = this.cloud.rooms.get(id);
      return [id, room?.members.has(socket.userId) ? { event: room.log.length, read: room.read.get(socket.userId)?.id ?? null } : null];
    }));
    socket.events.received(JSON.stringify({ type: 'pong', user: this.cloud.userLogs.get(socket.userId)!.length, rooms }));
  }

  private push({ userId, frame, viewing }: Push): void {
    // The frame is what the row was at this moment, however late it arrives.
    const text = JSON.stringify(frame);
    for (const socket of [...this.sockets]) {
      if (socket.userId !== userId || (viewing !== undefined && socket.viewing !== viewing)) continue;
      const { random } = this.clock;
      if (random() < this.weather.cuts) {
        this.close(socket);
        continue;
      }
      const copies = random() < this.weather.drop ? 0 : random() < this.weather.double ? 2 : 1;
      for (let i = 0; i < copies; i++) this.clock.after(random() * this.weather.delay, () => socket.open && socket.events.received(text));
    }
  }
}

export function memoryOutbox(entries = new Map<string, Unsent>(), pages = new Set<() => void>()): OutboxStorage {
  let own: (() => void) | null = null;
  // As in a browser, the page that changes something is not told.
  const tell = () => pages.forEach((page) => page !== own && page());
  return {
    watch: (changed) => {
      own = changed;
      pages.add(changed);
      return () => void pages.delete(changed);
    },
    all: () => [...entries.values()].map((entry) => ({ ...entry })),
    put: (entry) => {
      entries.set(entry.client_message_id, entry);
      tell();
    },
    remove: (id) => {
      if (entries.delete(id)) tell();
    },
  };
}
