// A day in a room, in a minute: people open it, write, correct and take back what they wrote, read back, and each hears by the
// socket of another device what was written.
import { sleep } from 'k6';
import { Trend } from 'k6/metrics';
import { arrived, call, newPerson, newRoom, rowsFor, scaled, send, socket, summary, summaryTrendStats, thresholds } from './yoriai.js';

const people = scaled(50);
const messages = 10;
const heard = new Trend('yoriai_sent_to_heard', true);

export const options = {
  summaryTrendStats,
  scenarios: { day: { executor: 'per-vu-iterations', vus: people, iterations: 1, maxDuration: '10m' } },
  thresholds: {
    ...thresholds,
    ...rowsFor('registerUser', 'createRoom', 'listRooms', 'listMessages', 'sendMessage', 'editMessage', 'deleteMessage', 'markRead'),
  },
};

export default async function day() {
  sleep(Math.random() * 5); // nobody comes at the same moment
  const me = await newPerson();
  const room = me && (await newRoom(me));
  if (!room) return;
  const sent = new Map();
  const seen = new Map();
  await socket(me, async (device) => {
    device.send(JSON.stringify({ action: 'view', room_id: room.id }));
    await write(me, room, sent);
    // What is on its way has its time to come.
    setTimeout(() => {
      device.close();
      for (const [id, at] of sent) {
        arrived.add(seen.has(id));
        if (seen.has(id)) heard.add(seen.get(id) - at);
      }
    }, 5_000);
  }, (frame) => {
    if (frame.type === 'message.created') seen.set(frame.data.id, Date.now());
  });
}

async function write(me, room, sent) {
  const { token } = me;
  await call('listRooms', 'GET', '/rooms', { token });
  for (let i = 0; i < messages; i++) {
    const at = Date.now();
    const message = (await send(me, room, `Message ${i}: let us meet at ten. 十時に会いましょう。`))?.message;
    if (!message) continue;
    sent.set(message.id, at);
    const path = `/rooms/${room.id}/messages/${message.id}`;
    if (i % 5 === 3) await call('editMessage', 'PATCH', path, { token, body: { content: 'At eleven, rather.' } });
    await call('markRead', 'PUT', `/rooms/${room.id}/read`, { token, body: { message_id: message.id } });
    if (i % 5 === 4) await call('deleteMessage', 'DELETE', path, { token });
  }
  await call('listMessages', 'GET', `/rooms/${room.id}/messages`, { token });
}

export const handleSummary = summary('a day in a room');
