// Money under kill -9: people ask, stop and buy while the functions that write the books are killed at random. In the end every
// token is where it belongs. Over the running local cloud, for MINUTES.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { base, desk, newName, Person, upkeep, workersOf } from '../e2e/cloud.mjs';

const MINUTES = Number(process.env.YORIAI_MINUTES ?? 1);
const BUYERS = 4;
const PACK = { offer: 'pack_small', tokens: 1_000_000 };
/** What writes the books, or asks for that. */
const WRITERS = ['sendMessage', 'stopReply', 'ai-replies', 'fan-out', 'stripeWebhook', 'payments', 'ai-watchdog'];
/** What was killed is delivered again when its message is seen again. Milliseconds. */
const PATIENCE = 600_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (...words) => console.log(...words);

async function call(person, method, where, body, key = randomUUID()) {
  const response = await fetch(`${base}/api${where}`, {
    method, body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(40_000),
    headers: { authorization: `Bearer ${person.token}`, 'content-type': 'application/json', 'idempotency-key': key },
  });
  if (response.status === 204) return null;
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(`${method} ${where}: ${response.status} ${answer.code}`), { status: response.status });
  return answer;
}

/** Asks until it is answered: whoever answered may have been killed. */
async function insist(ask, end = Date.now() + PATIENCE) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > end || (error.status >= 400 && error.status < 500 && error.status !== 429)) throw error;
      await pause(500);
    }
  }
}

async function buy(person) {
  const key = randomUUID();
  const { url } = await insist(() => call(person, 'POST', '/billing/checkout', { offer: PACK.offer }, key));
  const paid = await fetch(`${url}/pay`, { method: 'POST', headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' } });
  assert.ok(paid.ok, `${paid.status} ${await paid.text()}`);
}

async function ask(person, roomId) {
  const body = { client_message_id: randomUUID(), content: `again [fast:${5 + Math.floor(Math.random() * 40)}]`, ai: {} };
  const { message } = await insist(() => call(person, 'POST', `/rooms/${roomId}/messages`, body));
  if (Math.random() < 0.3) await call(person, 'POST', `/rooms/${roomId}/messages/${message.id}/stop`).catch(() => undefined);
}

async function life(person, roomId, end) {
  let bought = 0, asked = 0;
  while (Date.now() < end) {
    // Checkouts are rare; a limit guards them.
    if (asked % 12 === 3) {
      await buy(person);
      bought++;
    }
    await ask(person, roomId);
    asked++;
    await pause(Math.random() * 600);
  }
  return { bought, asked };
}

async function settled(person, roomId) {
  for (const end = Date.now() + PATIENCE; ; await pause(1_000)) {
    const [messages, balance] = [await insist(() => person.read(roomId)), await insist(() => call(person, 'GET', '/billing/balance'))];
    if (balance.held === 0 && messages.every(({ status }) => status !== 'pending' && status !== 'streaming')) return balance;
    assert.ok(Date.now() < end, `something is still held for ${person.username}`);
  }
}

/** All of somebody's books. */
async function books(person) {
  const entries = [];
  for (let cursor; ; ) {
    const page = await insist(() => call(person, 'GET', `/billing/transactions?limit=100${cursor ? `&cursor=${cursor}` : ''}`));
    entries.push(...page.items);
    if (!page.next_cursor) return entries;
    cursor = page.next_cursor;
  }
}

test('the books add up after everything was killed', { skip: !desk && 'no local Stripe here', timeout: MINUTES * 60_000 + 2 * PATIENCE }, async () => {
  const people = await Promise.all(Array.from({ length: BUYERS }, () => Person.register(newName('payer'))));
  const rooms = await Promise.all(people.map((person) => person.makeRoom('Storm')));
  const starts = await Promise.all(people.map((person) => call(person, 'GET', '/billing/balance')));
  const end = Date.now() + MINUTES * 60_000;
  let killed = 0;
  const killer = (async () => {
    while (Date.now() < end) {
      await pause(300 + Math.random() * 1_200);
      const running = workersOf(`yoriai-local-${WRITERS[Math.floor(Math.random() * WRITERS.length)]}`);
      if (running.length === 0) continue;
      try {
        process.kill(running[Math.floor(Math.random() * running.length)], 'SIGKILL');
        killed++;
      } catch {
        // It ended by itself.
      }
    }
  })();
  const lives = await Promise.all(people.map((person, i) => life(person, rooms[i], end)));
  await killer;
  for (const [i, person] of people.entries()) {
    const bought = lives[i].bought * PACK.tokens;
    let balance, entries;
    for (const patience = Date.now() + PATIENCE; ; await pause(1_000)) {
      balance = await settled(person, rooms[i]);
      entries = await books(person);
      if (entries.filter(({ kind }) => kind === 'purchase').length >= lives[i].bought) break;
      assert.ok(Date.now() < patience, `${person.username} paid ${lives[i].bought} times`);
    }
    const sum = (kind) => entries.filter((entry) => entry.kind === kind).reduce((total, { amount }) => total + amount, 0);
    assert.equal(sum('purchase'), bought, 'each pack came once');
    assert.equal(balance.balance, starts[i].balance + bought + sum('usage'));
    assert.equal(balance.balance, entries.reduce((total, { amount }) => total + amount, 0));
  }
  await upkeep('prove');
  const total = (of) => lives.reduce((all, one) => all + one[of], 0);
  say(`${killed} killed, ${total('asked')} questions, ${total('bought')} packs: every token is accounted for`);
  assert.ok(killed > 0 && total('bought') > 0);
});
