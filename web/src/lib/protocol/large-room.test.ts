// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../test/fake/clock';
import { FakeCloud } from '../../../test/fake/cloud';
import { FakeNetwork } from '../../../test/fake/network';
import type { RealtimeClient } from './client';

const MEMBERS = 250;

describe('a room of more people than one page', () => {
  let [clock, cloud, network, client] = [] as unknown as [VirtualClock, FakeCloud, FakeNetwork, RealtimeClient];
  let [roomId, me] = ['', ''];
  const people: string[] = [];

  beforeEach(async () => {
    clock = new VirtualClock();
    cloud = new FakeCloud();
    me = cloud.addUser('aki').id;
    roomId = cloud.addRoom(me, 'town').room.id;
    people.length = 0;
    for (let n = 1; n < MEMBERS; n++) {
      const user = cloud.addUser(`crowd-${String(n).padStart(4, '0')}`);
      people.push(user.id);
      cloud.join(roomId, user.id, 'member');
    }
    cloud.send(roomId, people[200]!, 'hello', cloud.id());
    network = new FakeNetwork(cloud, clock);
    client = network.client(me);
    client.start();
    client.view(roomId);
    await clock.advance(2_000);
  });
  afterEach(() => client.stop());

  it('loads one page of its people, and knows how many there are and who wrote', () => {
    expect(client.members(roomId)).toHaveLength(100);
    expect(client.people.count(roomId)).toBe(MEMBERS);
    expect(client.people.person(roomId, people[200])?.username).toBe('crowd-0201');
    expect(client.people.person(roomId, people[201])).toBeUndefined();
  });

  it('finds others by the beginning of their names', async () => {
    await Promise.all([client.people.find(roomId, 'crowd-024'), clock.advance(1_000)]);
    expect(client.members(roomId).some(({ user }) => user.username === 'crowd-0245')).toBe(true);
    expect(client.people.count(roomId)).toBe(MEMBERS);
  });

  it('counts again when somebody comes or goes, known or not', async () => {
    cloud.join(roomId, cloud.addUser('new').id, 'member');
    cloud.leave(roomId, people[150]!);
    cloud.leave(roomId, people[0]!);
    await clock.advance(10_000);
    expect(client.people.count(roomId)).toBe(MEMBERS - 1);
    expect(client.members(roomId).some(({ user }) => user.id === people[0])).toBe(false);
    expect(client.members(roomId).some(({ user }) => user.username === 'new')).toBe(true);
  });

  it('does not bring back who was removed by a page that was read before', async () => {
    const member = cloud.rooms.get(roomId)!.members.get(people[150]!)!;
    cloud.leave(roomId, people[150]!);
    await clock.advance(2_000);
    client.people.are(roomId, [member]);
    expect(client.members(roomId).some(({ user }) => user.id === people[150])).toBe(false);
  });
});
