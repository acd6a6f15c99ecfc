// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../test/fake/clock';
import { Connection } from './connection';
import { ApiError, type Socket, type SocketEvents } from './ports';

function connection(ticket: () => Promise<{ ticket: string; url: string; expires_in: number }> = async () => ({ ticket: 'a b', url: 'ws://x/ws', expires_in: 60 })) {
  const clock = new VirtualClock(3);
  const sockets: { url: string; events: SocketEvents; sent: unknown[]; closed: boolean }[] = [];
  const log: string[] = [];
  let tickets = 0;
  const made = new Connection(clock, {
    createRealtimeTicket: () => {
      tickets++;
      return ticket();
    },
  }, (url, events): Socket => {
    const socket = { url, events, sent: [] as unknown[], closed: false };
    sockets.push(socket);
    return { send: (text) => socket.sent.push(JSON.parse(text)), close: () => (socket.closed = true) };
  }, { opened: () => log.push('opened'), received: (frame) => log.push(frame.type), stateChanged: (state) => log.push(state), heartbeat: () => ({ action: 'heartbeat' }) });
  return { clock, sockets, log, made, tickets: () => tickets };
}

const replaced = JSON.stringify({ type: 'error', code: 'connection_replaced', detail: 'A newer connection took this one’s place.' });
const pong = JSON.stringify({ type: 'pong', user: 0, rooms: {} });

describe('the connection', () => {
  it('spends a ticket of its own for each socket', async () => {
    const { made, sockets, clock, log } = connection();
    made.start();
    await clock.advance(1);
    expect(sockets[0]!.url).toBe('ws://x/ws?ticket=a%20b');
    sockets[0]!.events.opened();
    expect(log).toEqual(['connecting', 'open', 'opened']);
  });

  it('comes back with growing, jittered pauses', async () => {
    const { made, sockets, clock, tickets } = connection();
    made.start();
    const at: number[] = [];
    for (let i = 0; i < 6; i++) {
      await clock.advance(1);
      while (sockets.length <= i) await clock.advance(50);
      at.push(clock.now());
      sockets[i]!.events.closed();
    }
    const pauses = at.slice(1).map((time, i) => time - at[i]!);
    expect(pauses.every((pause, i) => pause >= 250 * 2 ** i && pause <= 500 * 2 ** i + 60)).toBe(true);
    expect(tickets()).toBe(6);
  });

  it('waits as long as the API asks', async () => {
    const { made, clock, tickets } = connection(() => Promise.reject(new ApiError(429, 'rate_limited', 20)));
    made.start();
    await clock.advance(19_000);
    expect(tickets()).toBe(1);
    await clock.advance(2_000);
    expect(tickets()).toBe(2);
  });

  it('gives up on a socket that does not open', async () => {
    const { made, sockets, clock } = connection();
    made.start();
    await clock.advance(11_000);
    expect(sockets[0]!.closed).toBe(true);
    expect(sockets.length).toBe(2);
  });

  it('heartbeats every 30 s while visible and every 4 min hidden, and leaves a socket that does not answer', async () => {
    const { made, sockets, clock } = connection();
    made.start();
    await clock.advance(1);
    const socket = sockets[0]!;
    socket.events.opened();
    made.beat();
    for (let i = 0; i < 4; i++) {
      socket.events.received(pong);
      await clock.advance(30_000);
    }
    expect(socket.sent.length).toBe(5);
    socket.events.received(pong);
    made.setVisible(false);
    await clock.advance(239_000);
    expect(socket.sent.length).toBe(5);
    await clock.advance(2_000);
    expect(socket.sent.length).toBe(6);
    await clock.advance(10_000);
    expect(socket.closed).toBe(true);
  });

  it('opens the next socket before the two hours end, and closes the old one after', async () => {
    const { made, sockets, clock, log } = connection();
    made.start();
    await clock.advance(1);
    sockets[0]!.events.opened();
    await clock.advance(110 * 60_000);
    expect(sockets.length).toBe(2);
    expect(sockets[0]!.closed).toBe(false);
    sockets[1]!.events.opened();
    expect(sockets[0]!.closed).toBe(true);
    expect(log.filter((line) => line === 'waiting')).toEqual([]);
  });

  it('stays away when another has taken its place, until it is asked back', async () => {
    const { made, sockets, clock, log, tickets } = connection();
    made.start();
    await clock.advance(1);
    sockets[0]!.events.opened();
    sockets[0]!.events.received(replaced);
    expect([sockets[0]!.closed, made.state]).toEqual([true, 'replaced']);
    sockets[0]!.events.closed();
    made.retryNow();
    made.setVisible(true);
    await clock.advance(60 * 60_000);
    expect([tickets(), made.state]).toEqual([1, 'replaced']);
    expect(log).not.toContain('error');

    made.takeBack();
    await clock.advance(1);
    sockets[1]!.events.opened();
    expect([tickets(), made.state]).toEqual([2, 'open']);
  });

  it('goes on with its own next socket when that is what took the place', async () => {
    const { made, sockets, clock } = connection();
    made.start();
    await clock.advance(1);
    sockets[0]!.events.opened();
    await clock.advance(110 * 60_000);
    sockets[0]!.events.received(replaced);
    expect(made.state).toBe('connecting');
    sockets[1]!.events.opened();
    expect(made.state).toBe('open');
  });

  it('does nothing after it is stopped', async () => {
    const { made, sockets, clock, tickets } = connection();
    made.start();
    await clock.advance(1);
    made.stop();
    sockets[0]!.events.opened();
    await clock.advance(60_000);
    expect([tickets(), made.state]).toEqual([1, 'idle']);
  });
});
