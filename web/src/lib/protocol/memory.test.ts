// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../test/fake/clock';
import { FakeCloud } from '../../../test/fake/cloud';
import { FakeNetwork } from '../../../test/fake/network';
import type { RealtimeClient } from './client';
import { MAX_ROWS } from './message-window';

const BOUND = MAX_ROWS + 50;

describe('a tab that stays open', () => {
  let [clock, cloud, client, roomId, userId] = [] as unknown as [VirtualClock, FakeCloud, RealtimeClient, string, string];
  let network: FakeNetwork;

  beforeEach(async () => {
    clock = new VirtualClock();
    cloud = new FakeCloud();
    network = new FakeNetwork(cloud, clock);
    userId = cloud.addUser('aki').id;
    roomId = cloud.addRoom(userId, 'busy').room.id;
    cloud.send(roomId, userId, 'first', cloud.id());
    client = network.client(userId);
    client.start();
    client.view(roomId);
    await clock.advance(2_000);
    // Pushed at once: the way of 50,000 frames through a network of timers is not what is looked at.
    cloud.later = (work) => work();
    cloud.onPush = ({ frame }) => {
      for (const socket of network.sockets) socket.events.received(JSON.stringify(frame));
    };
  });
  afterEach(() => client.stop());

  const ids = () => client.timeline(roomId).messages.map((message) => message.id);
  const write = (n: number) => {
    const from = cloud.rooms.get(roomId)!.sequence;
    for (let i = 0; i < n; i++) cloud.send(roomId, userId, `message ${from + i + 1}`, cloud.id());
  };
  const all = () => [...cloud.rooms.get(roomId)!.messages.keys()].sort();

  it('holds no more after 50,000 messages than after 500, and finds the others again', async () => {
    for (let i = 0; i < 50; i++) {
      write(1_000);
      expect(ids().length).toBeLessThanOrEqual(BOUND);
    }
    const everything = all();
    expect(everything.length).toBe(50_001);
    expect(ids()).toEqual(everything.slice(-ids().length));
    expect(client.timeline(roomId).hasOlder).toBe(true);
    expect(client.room(roomId)?.room.last_sequence).toBe(50_001);

    const before = ids()[0]!;
    await Promise.all([client.loadOlder(roomId), clock.advance(2_000)]);
    expect(ids()[0]).toBe(everything[everything.indexOf(before) - 50]);
  });

  it('lets the newest go instead while earlier ones are read', async () => {
    write(300);
    client.follows(roomId, false);
    const read = ids()[0]!;
    write(1_000);
    expect(ids()[0]).toBe(read);
    expect(ids().length).toBeLessThanOrEqual(BOUND);
    expect(client.timeline(roomId).hasNewer).toBe(true);
    await Promise.all([client.loadNewer(roomId), clock.advance(2_000)]);
    const there = ids();
    expect(there).toEqual(all().slice(all().indexOf(there[0]!), all().indexOf(there[0]!) + there.length));
    await Promise.all([client.loadNewest(roomId), clock.advance(2_000)]);
    expect(ids().at(-1)).toBe(all().at(-1));
    expect(client.timeline(roomId).hasNewer).toBe(false);
  });

  it('scrolls through everything without holding it', async () => {
    write(1_500);
    for (const end of [() => client.loadOlder(roomId), () => client.loadNewer(roomId)]) {
      const seen = new Set(ids());
      for (let i = 0; i < 32; i++) {
        await Promise.all([end(), clock.advance(100)]);
        for (const id of ids()) seen.add(id);
        expect(ids().length).toBeLessThanOrEqual(BOUND + 50);
        const from = all().indexOf(ids()[0]!);
        expect(ids()).toEqual(all().slice(from, from + ids().length));
      }
      expect(seen.size).toBe(1_501);
    }
  });

  it('touches one row for a piece of an answer', () => {
    write(300);
    const sent = cloud.send(roomId, userId, 'tell me', cloud.id(), true);
    if (sent === 'mismatch') throw new Error(sent);
    const answer = sent.messages[1]!.id;
    const before = client.timeline(roomId).messages;
    const rooms = client.rooms();
    cloud.stream(answer, roomId, 'word ');
    const after = client.timeline(roomId).messages;
    expect(after).not.toBe(before);
    expect(after.filter((message, i) => message !== before[i]).map(({ id, content }) => [id, content])).toEqual([[answer, 'word ']]);
    expect(client.rooms()).toBe(rooms);
  });

  it('lets rooms go that were left long ago, and opens them again', async () => {
    const others = Array.from({ length: 6 }, (_, i) => cloud.addRoom(userId, `room ${i}`).room.id);
    await clock.advance(2_000);
    for (const id of others) {
      client.view(id);
      await clock.advance(2_000);
    }
    expect(client.loadState(roomId)).toBe('loading');
    expect(client.members(roomId)).toEqual([]);
    write(1);
    expect(client.room(roomId)?.room.last_message?.content).toBe('message 2');
    client.view(roomId);
    await clock.advance(2_000);
    expect(client.loadState(roomId)).toBe('ready');
    expect(ids()).toEqual(all());
    expect(client.members(roomId)).toHaveLength(1);
  });
});

describe('what the server cuts', () => {
  const open = async (limits: ConstructorParameters<typeof FakeNetwork>[2], messages: string[]) => {
    const clock = new VirtualClock();
    const cloud = new FakeCloud();
    const network = new FakeNetwork(cloud, clock, limits);
    const userId = cloud.addUser('aki').id;
    const roomId = cloud.addRoom(userId, 'long').room.id;
    for (const text of messages) cloud.send(roomId, userId, text, cloud.id());
    const client = network.client(userId);
    return { clock, cloud, client, roomId, userId, texts: () => client.timeline(roomId).messages.map((message) => message.content) };
  };

  it('is asked for again: a page may hold less than was asked for, or nothing', async () => {
    const written = Array.from({ length: 40 }, (_, i) => `m${i}`);
    const { client, clock, roomId, texts } = await open({ changes: 2, page: 3, hollow: 1 }, written);
    client.start();
    client.view(roomId);
    await clock.advance(3_000);
    expect(texts()).toEqual(written.slice(-3));
    for (let i = 0; i < 13; i++) await Promise.all([client.loadOlder(roomId), clock.advance(100)]);
    expect(texts()).toEqual(written);
    expect(client.timeline(roomId).hasOlder).toBe(false);
    client.stop();
  });

  it('is not taken for the beginning or the end when nothing came', async () => {
    const limits = { changes: 200, page: 5, hollow: 0 };
    const written = Array.from({ length: 30 }, (_, i) => `m${i}`);
    const { client, clock, cloud, roomId, texts } = await open(limits, written);
    client.start();
    client.view(roomId);
    await clock.advance(3_000);
    const middle = [...cloud.rooms.get(roomId)!.messages.keys()].sort()[15]!;
    limits.hollow = 2;
    await Promise.all([client.loadAround(roomId, middle), clock.advance(100)]);
    expect(client.timeline(roomId)).toMatchObject({ hasOlder: true, hasNewer: true });
    for (const load of [() => client.loadNewer(roomId), () => client.loadOlder(roomId)]) {
      for (let i = 0; i < 6; i++) {
        limits.hollow = 1;
        await Promise.all([load(), clock.advance(100)]);
      }
    }
    expect(texts()).toEqual(written);
    client.stop();
  });

  it('a preview in the list never stands for the message', async () => {
    const long = 'x'.repeat(5_000);
    const { client, clock, cloud, roomId, userId, texts } = await open({ changes: 200 }, [long]);
    const room = cloud.roomFor(cloud.rooms.get(roomId)!, userId);
    const cut = { ...room, last_message: { ...room.last_message!, content: long.slice(0, 200) } };
    client.seed({ items: [cut], next_cursor: null, latest_event: cloud.userLogs.get(userId)!.length });
    client.start();
    client.view(roomId);
    await clock.advance(3_000);
    expect(texts()).toEqual([long]);
    client.roomIs(cut);
    expect(texts()).toEqual([long]);
    expect(client.room(roomId)?.room.last_message?.content.length).toBe(200);
    client.stop();
  });
});
