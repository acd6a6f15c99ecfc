// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../test/fake/clock';
import { FakeCloud } from '../../../test/fake/cloud';
import { FakeNetwork, fine } from '../../../test/fake/network';
import type { RealtimeClient } from './client';

const SEEDS = Number(process.env.PROTOCOL_SEEDS ?? 60);
const FIRST = Number(process.env.PROTOCOL_FIRST_SEED ?? 1);

/**
 * People write, edit, delete, exclude, regenerate, read, join and leave, and what is old is removed, while pushes are dropped, doubled, reordered and delayed,
 * requests and answers are lost, and sockets are cut. When the weather clears every client equals the cloud.
 */
describe('any order of events', () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    it(`converges with seed ${seed}`, async () => {
      const world = await live(seed);
      for (const [userId, client] of world.clients) compare(world.cloud, userId, client);
      for (const [, client] of world.clients) client.stop();
    }, 30_000);
  }
});

async function live(seed: number) {
  const clock = new VirtualClock(seed);
  const { random } = clock;
  const cloud = new FakeCloud();
  cloud.now = () => 1_790_000_000_000 + clock.now();
  const network = new FakeNetwork(cloud, clock, { changes: 3 + Math.floor(random() * 20), page: 4 + Math.floor(random() * 60) });
  const users = ['aki', 'ben', 'mei'].map((name) => cloud.addUser(name));
  const rooms = [cloud.addRoom(users[0]!.id, 'one'), cloud.addRoom(users[0]!.id, 'two')];
  for (const room of rooms) for (const user of users.slice(1)) cloud.join(room.room.id, user.id, 'member');
  for (let i = 0; i < 70; i++) cloud.send(rooms[0]!.room.id, users[i % 3]!.id, `before ${i}`, cloud.id());

  const clients: [string, RealtimeClient][] = [users[0]!, users[1]!, users[2]!, users[0]!].map((user) => [user.id, network.client(user.id)]);
  network.weather = { drop: random() * 0.4, double: random() * 0.4, delay: random() * 2_500, lostRequests: random() * 0.15, lostAnswers: random() * 0.15, cuts: random() * 0.02 };
  for (const [, client] of clients) {
    client.start();
    client.view(rooms[0]!.room.id);
  }
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const answers = () => [...rooms[0]!.messages.values()].filter((message) => message.ai);

  for (let step = 0; step < 120; step++) {
    await clock.advance(random() * 400);
    const [userId, client] = pick(clients);
    const roomId = pick(rooms).room.id;
    for (const [, { timeline, room }] of clients.map(([id, held]) => [id, { timeline: held.timeline(rooms[0]!.room.id), room: held.room(rooms[0]!.room.id)?.room }] as const)) {
      expect(timeline.messages.filter(({ sequence }) => sequence !== null && sequence < (room?.first_sequence ?? 1))).toEqual([]);
    }
    const mine = client.timeline(rooms[0]!.room.id).messages.filter((message) => message.sender?.id === userId && !message.deleted_at);
    const quiet = () => undefined;
    switch (Math.floor(random() * 14)) {
      case 0:
      case 1:
        client.send(roomId, `text ${step} 語🎌`);
        break;
      case 2:
        client.send(rooms[0]!.room.id, `ask ${step}`, { ai: {} });
        break;
      case 3:
        if (mine.length > 0) void client.edit(rooms[0]!.room.id, pick(mine).id, `edited ${step}`).catch(quiet);
        break;
      case 4:
        if (mine.length > 0 && random() < 0.5) void client.remove(rooms[0]!.room.id, pick(mine).id).catch(quiet);
        break;
      case 5:
        if (mine.length > 0) void client.exclude(rooms[0]!.room.id, pick(mine).id, random() < 0.5).catch(quiet);
        break;
      case 6: {
        const answer = answers().filter((message) => message.status !== 'pending').at(-1);
        if (answer?.answers) void client.regenerate(rooms[0]!.room.id, answer.answers).catch(quiet);
        break;
      }
      case 7:
        void client.loadOlder(rooms[0]!.room.id);
        break;
      case 8: {
        const newest = client.timeline(rooms[0]!.room.id).messages.at(-1);
        if (newest) client.markRead(rooms[0]!.room.id, newest.id);
        break;
      }
      case 9:
        if (rooms[1]!.members.has(users[2]!.id)) cloud.leave(rooms[1]!.room.id, users[2]!.id);
        else cloud.join(rooms[1]!.room.id, users[2]!.id, 'guest');
        break;
      case 10:
        cloud.change(rooms[0]!.room.id, { name: `name ${step}` });
        break;
      case 11: // what dies between two batches goes on later
        cloud.purge(rooms[0]!.room.id, Math.floor(random() * 30), random() < 0.6);
        break;
      case 12:
        client.setVisible(random() < 0.7);
        break;
      default:
        for (const answer of answers().filter((message) => message.status === 'pending')) {
          const roll = random();
          if (roll < 0.75) cloud.stream(answer.id, answer.room_id, ` 片${step}🎋 and more`);
          else cloud.settle(answer.id, answer.room_id, roll < 0.9 ? 'completed' : roll < 0.95 ? 'failed' : 'cancelled', roll < 0.95 && roll >= 0.9 ? 'worker_lost' : null);
        }
    }
  }

  for (const answer of answers()) cloud.settle(answer.id, answer.room_id, 'completed');
  cloud.purge(rooms[0]!.room.id, 0, true);
  network.weather = fine;
  for (const [, client] of clients) {
    client.networkIsBack();
    client.setVisible(true);
  }
  await clock.advance(120_000);
  for (const [, client] of clients) for (let i = 0; i < 60 && client.timeline(rooms[0]!.room.id).hasOlder; i++) await Promise.all([client.loadOlder(rooms[0]!.room.id), clock.advance(100)]);
  await clock.advance(5_000);
  return { cloud, clients };
}

function compare(cloud: FakeCloud, userId: string, client: RealtimeClient): void {
  const mine = [...cloud.rooms.values()].filter((room) => room.members.has(userId));
  expect(client.rooms().map((view) => view.room.id).sort()).toEqual(mine.map((room) => room.room.id).sort());
  expect(client.isCurrent).toBe(true);
  for (const room of mine) {
    const truth = cloud.roomFor(room, userId);
    const view = client.room(room.room.id)!;
    expect({ name: view.room.name, role: view.room.role, unread: view.unread, last: view.room.last_message, sequence: view.room.last_sequence, first: view.room.first_sequence, begins: view.room.history_begins_at })
      .toEqual({ name: truth.name, role: truth.role, unread: truth.unread_count, last: truth.last_message, sequence: truth.last_sequence, first: truth.first_sequence, begins: truth.history_begins_at });
  }
  const first = mine[0]!;
  const timeline = client.timeline(first.room.id);
  expect(timeline.messages).toEqual([...first.messages.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
  expect(timeline.unsent).toEqual([]);
  expect(timeline.hasOlder).toBe(false);
  const people = [...first.members.values()].map((member) => member.user.id).sort();
  expect(client.members(first.room.id).map((member) => member.user.id).sort()).toEqual(people);
}
