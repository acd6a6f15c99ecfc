import { WebSocket } from 'ws';
import { protocolApi } from '@/lib/api/protocol-api';
import { RealtimeClient } from '@/lib/protocol/client';
import type { Clock, OpenSocket, Socket } from '@/lib/protocol/ports';
import { memoryOutbox } from '../fake/network';
import type { Person } from './cloud';

/** Chances in [0, 1], and the longest delay in milliseconds. */
export interface Weather {
  drop: number;
  double: number;
  delay: number;
  lostRequests: number;
  lostAnswers: number;
  cuts: number;
}

export const fine: Weather = { drop: 0, double: 0, delay: 0, lostRequests: 0, lostAnswers: 0, cuts: 0 };

export interface Counts {
  pushed: number;
  dropped: number;
  doubled: number;
  cut: number;
  lost: number;
}

/** One device of a person: the protocol module over a real socket and real HTTP, with weather between. */
export class Device {
  weather: Weather = fine;
  readonly counts: Counts = { pushed: 0, dropped: 0, doubled: 0, cut: 0, lost: 0 };
  readonly client: RealtimeClient;
  private readonly random: () => number;

  constructor(
    readonly person: Person,
    random: () => number,
  ) {
    this.random = random;
    const clock: Clock = {
      now: () => Date.now(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      random,
    };
    const api = person.api(async (send) => {
      const { lostRequests, lostAnswers, delay } = this.weather;
      if (this.roll(lostRequests)) throw new TypeError('the request was lost');
      const response = await send();
      await new Promise((resolve) => setTimeout(resolve, random() * delay * 0.3));
      if (this.roll(lostAnswers)) throw new TypeError('the answer was lost');
      return response;
    });
    this.client = new RealtimeClient({ myId: person.me.id, api: protocolApi(api), clock, openSocket: this.openSocket, storage: memoryOutbox(), newId: () => crypto.randomUUID() });
  }

  private roll(chance: number): boolean {
    const hit = this.random() < chance;
    if (hit) this.counts.lost++;
    return hit;
  }

  private readonly openSocket: OpenSocket = (url, events): Socket => {
    const socket = new WebSocket(url);
    let open = true;
    socket.on('open', () => events.opened());
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open = false;
      events.closed();
    });
    socket.on('message', (data) => {
      const text = (data as Buffer).toString('utf8');
      const { drop, double, delay, cuts } = this.weather;
      this.counts.pushed++;
      if (this.random() < cuts) {
        this.counts.cut++;
        socket.terminate();
        return;
      }
      const copies = this.random() < drop ? 0 : this.random() < double ? 2 : 1;
      if (copies === 0) this.counts.dropped++;
      if (copies === 2) this.counts.doubled++;
      for (let i = 0; i < copies; i++) setTimeout(() => open && events.received(text), delay === 0 ? 0 : this.random() * delay);
    });
    return { send: (text) => socket.send(text), close: () => socket.close() };
  };
}
