// A thousand sockets, five of each person as the product allows: each opens, is kept by heartbeats, and hears one message.
import { sleep } from 'k6';
import { Trend } from 'k6/metrics';
import { arrived, newPerson, newRoom, rowsFor, scaled, send, socket, summary, summaryTrendStats, thresholds, went } from './yoriai.js';

const ofEach = 5;
const people = scaled(200);
const heard = new Trend('yoriai_sent_to_heard', true);

export const options = {
  summaryTrendStats,
  scenarios: { sockets: { executor: 'per-vu-iterations', vus: people, iterations: 1, maxDuration: '15m' } },
  thresholds: { ...thresholds, ...rowsFor('registerUser', 'createRealtimeTicket', 'sendMessage') },
};

export default async function thousand() {
  sleep(Math.random() * people * 0.2); // clients come with jitter
  const me = await newPerson();
  const room = me && (await newRoom(me));
  if (!room) return;
  const answered = new Set();
  const seen = new Map();
  let sent;
  const all = [];
  const timers = [];
  const end = () => {
    timers.forEach(clearTimeout);
    for (let i = 0; i < ofEach; i++) {
      all[i]?.close();
      went.add(answered.has(i));
      const told = sent?.id !== undefined && seen.get(i)?.id === sent.id;
      arrived.add(told);
      if (told) heard.add(seen.get(i).at - sent.at);
    }
  };
  const patience = setTimeout(end, 120_000);
  const say = async () => {
    const at = Date.now();
    sent = { at, id: (await send(me, room, 'Does everybody hear me?'))?.message.id };
    clearTimeout(patience);
    setTimeout(end, 10_000);
  };
  const beat = (open) => {
    open.send(JSON.stringify({ action: 'heartbeat', user: 0, rooms: {} }));
    timers.push(setTimeout(() => beat(open), 30_000));
  };
  for (let i = 0; i < ofEach; i++) {
    all[i] = await socket(me, beat, (frame) => {
      if (frame.type === 'message.created') seen.set(i, { id: frame.data.id, at: Date.now() });
      if (frame.type !== 'pong' || answered.has(i)) return;
      answered.add(i);
      if (answered.size === ofEach) say();
    });
  }
}

export const handleSummary = summary('a thousand sockets');
