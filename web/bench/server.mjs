// The pages under measurement: a production build behind a front door that answers the API from memory, so that nothing but the
// page takes time. It knows what the figures ask for and no more; what the product does is tested against the real API.
import { spawn } from 'node:child_process';
import { createServer, request as ask } from 'node:http';
import path from 'node:path';
import { WebSocketServer } from 'ws';

const at = (i) => new Date(Date.UTC(2026, 10, 20) + i * 1_000).toISOString();
const id = (kind, i) => `0193${kind}${i.toString(16).padStart(3, '0').slice(-3)}-0000-7000-8000-${i.toString(16).padStart(12, '0')}`;
const me = { id: id('a', 1), username: 'aki', display_name: 'Aki', locale: 'en', created_at: at(0) };

/** A room with these messages. */
export function room(n, name, texts) {
  const roomId = id('b', n);
  const messages = texts.map(({ content, ai = false }, i) => message(roomId, n * 10_000 + i, i + 1, content, ai));
  return { id: roomId, name, messages };
}

function message(roomId, n, sequence, content, ai, status = 'completed') {
  return {
    id: id('c', n), room_id: roomId, sequence, event: sequence, type: ai ? 'ai' : 'human', status, sender: ai ? null : me, content, visibility: 'public', answers: null, reply_to: null,
    exclude_from_ai: false, client_message_id: null, attachments: [], reactions: [], edited_at: null, deleted_at: null, created_at: at(n),
    ai: ai ? { provider: 'scripted', model: 'scripted', attempt: 1, content_attempt: status === 'completed' ? 1 : 0, attempts: 1, input_tokens: 1, output_tokens: 1, charged_tokens: 2, latency_ms: 1, error_code: null, used_summary: false } : null,
  };
}

export async function serve(build, rooms, port) {
  const origin = `http://localhost:${port}`;
  const inner = port + 1;
  const byId = new Map(rooms.map((held) => [held.id, held]));
  const sockets = new Set();
  const objectOf = ({ id: roomId, name, messages }) => ({
    id: roomId, name, description: '', owner_id: me.id, ai_provider: 'scripted', ai_model: 'scripted', ai_instructions: '', ai_context_cutoff_at: null, max_reply_tokens: 4096, is_archived: false,
    fork_state: null, forked_from_room_id: null, created_at: at(0), updated_at: at(0), role: 'master', last_read_message_id: messages.at(-1)?.id ?? null, unread_count: 0,
    latest_event: messages.length, last_sequence: messages.length, last_message: messages.length > 0 ? { ...messages.at(-1), content: messages.at(-1).content.slice(0, 200) } : null,
  });
  const answer = (method, where, query) => {
    const [, top, roomId, part, messageId] = where.split('/');
    if (where === '/me') return { ...me, email: 'aki@example.com', is_admin: false };
    if (where === '/me/changes') return { messages: [], rooms: [], removed_room_ids: [], invitations: [], latest_event: 0, has_more: false, reset: false };
    if (where === '/realtime/tickets') return { ticket: 't', url: `ws://localhost:${port}/ws`, expires_in: 60 };
    if (where === '/models') return { items: [{ id: 'scripted', provider: 'scripted', display_name: 'Scripted', context_window: 8192, max_output_tokens: 2048, price: { input: 0, cached_input: 0, output: 0 }, weights: { input: 1, output: 1 }, vision: false, streaming: true, available: true }] };
    if (top === 'rooms' && !roomId) return { items: rooms.map(objectOf), next_cursor: null, latest_event: 0 };
    const held = byId.get(roomId);
    if (!held) return null;
    const numbers = { latest_event: held.messages.length, user_event: 0 };
    if (!part) return { ...objectOf(held), ...numbers };
    if (part === 'members') return { items: [{ user: me, role: 'master', joined_at: at(0), online: true, event: 0 }], next_cursor: null, ...numbers };
    if (part === 'changes') return { messages: [], members: [], removed_member_ids: [], latest_event: held.messages.length, has_more: false, reset: false };
    if (part === 'read') return { last_read_message_id: held.messages.at(-1)?.id ?? null, unread_count: 0 };
    if (messageId) return held.messages.find((row) => row.id === messageId) ?? null;
    const older = query.get('before') ? held.messages.filter((row) => row.id < query.get('before')) : held.messages;
    const page = older.slice(-Number(query.get('limit') ?? 50)).reverse();
    return { items: page, next_cursor: older.length > page.length ? page.at(-1).id : null, ...numbers };
  };

  const door = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url, origin);
    if (url.pathname.startsWith('/api/')) {
      const body = answer(incoming.method, url.pathname.slice('/api'.length), url.searchParams);
      outgoing.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? { code: 'not_found', status: 404, title: 'not found' }));
      return;
    }
    const passed = ask({ host: '127.0.0.1', port: inner, path: incoming.url, method: incoming.method, headers: incoming.headers }, (response) => {
      outgoing.writeHead(response.statusCode, response.headers);
      response.pipe(outgoing);
    });
    passed.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(passed);
  });
  new WebSocketServer({ server: door, path: '/ws' }).on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (text) => {
      const frame = JSON.parse(String(text));
      if (frame.action !== 'heartbeat') return;
      const heads = Object.keys(frame.rooms).map((roomId) => [roomId, byId.has(roomId) ? { event: byId.get(roomId).messages.length, read: null } : null]);
      socket.send(JSON.stringify({ type: 'pong', user: 0, rooms: Object.fromEntries(heads) }));
    });
  });
  await new Promise((done) => door.listen(port, '127.0.0.1', done));
  const next = spawn(process.execPath, ['server.js'], {
    cwd: path.resolve(build), stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production', HOSTNAME: '127.0.0.1', PORT: String(inner), API_INTERNAL_URL: `http://127.0.0.1:${port}/api`, PUBLIC_ORIGIN: origin },
  });
  for (let tries = 0; ; tries++) {
    if (await fetch(`http://127.0.0.1:${inner}/healthz`).then((response) => response.ok, () => false)) break;
    if (tries > 100 || next.exitCode !== null) throw new Error(`the build in ${build} does not start`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  const push = (frame) => {
    for (const socket of sockets) socket.send(JSON.stringify(frame));
  };
  const event = (held, type, data) => push({ type, stream: `room:${held.id}`, event: data.event, at: data.created_at, data });
  return {
    origin,
    get watched() {
      return sockets.size > 0;
    },
    /** Begins an answer in a room, and answers what goes on with it. */
    begin(held) {
      const n = held.messages.length + 1;
      let row = message(held.id, 9_000_000 + n, n, '', true, 'pending');
      held.messages.push(row);
      event(held, 'message.created', row);
      let offset = 0;
      let text = '';
      return {
        add(piece) {
          push({ type: 'ai.delta', room_id: held.id, message_id: row.id, attempt: 1, offset, text: piece });
          offset += [...piece].length;
          text += piece;
          row.content = text;
        },
        end() {
          const last = { ...row, status: 'completed', content: text, event: n + 1, ai: { ...row.ai, content_attempt: 1 } };
          held.messages[held.messages.length - 1] = last;
          // One more event than there are messages: the next answer counts on from it.
          held.messages.push({ ...message(held.id, 9_500_000 + n, n + 1, 'next', false), event: n + 1 });
          event(held, 'message.updated', last);
        },
      };
    },
    async stop() {
      next.kill();
      for (const socket of sockets) socket.terminate();
      door.closeAllConnections();
      await new Promise((done) => door.close(done));
    },
  };
}
