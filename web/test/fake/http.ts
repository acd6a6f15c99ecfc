import type { Message } from '@/lib/protocol/types';
import type { FakeCloud, FakeRoom } from './cloud';

export interface Limits {
  /** Events in one answer of the log. Small, so that tests see `has_more`. */
  changes: number;
  /** Messages in one page, whatever was asked for. */
  page?: number;
  /** So many pages that hold nothing, although there is more. */
  hollow?: number;
}

const BEYOND = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

/** The HTTP API over the fake cloud, for one signed-in person. Paths and shapes are those of the contract. */
export function answer(cloud: FakeCloud, userId: string, limits: Limits = { changes: 200 }) {
  return async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const path = url.pathname.replace(/^\/api/, '');
    const body = request.method === 'GET' || request.method === 'DELETE' ? {} : ((await request.json().catch(() => ({}))) as Record<string, unknown>);
    const [, top, roomId, part, messageId, verb] = path.split('/');
    const userEvent = () => cloud.userLogs.get(userId)!.length;

    if (path === '/realtime/tickets') return json({ ticket: 't', url: 'ws://fake/ws', expires_in: 60 }, 201);
    if (path === '/me') return json({ ...cloud.users.get(userId), email: 'me@example.com', is_admin: false });
    if (path === '/me/changes') return myChanges(cloud, userId, Number(url.searchParams.get('since')), limits);
    if (path === '/models') return json({ items: [model('scripted', 'scripted', 'Scripted'), model('local', 'smollm2', 'SmolLM2 135M')] });
    if (top !== 'rooms') return problem(404, 'not_found');
    if (roomId === undefined) {
      if (request.method === 'POST') return json(cloud.roomFor(cloud.addRoom(userId, String(body.name)), userId), 201);
      const mine = [...cloud.rooms.values()].filter((room) => room.members.has(userId));
      return json({ items: mine.map((room) => cloud.roomFor(room, userId)), next_cursor: null, latest_event: userEvent() });
    }
    const room = cloud.rooms.get(roomId);
    if (!room || room.deleted || !room.members.has(userId)) return problem(404, 'not_found');
    const numbers = { latest_event: room.log.length, user_event: userEvent() };

    if (part === undefined) {
      if (request.method === 'PATCH') cloud.change(roomId, body);
      if (request.method === 'DELETE') {
        cloud.deleteRoom(roomId);
        return new Response(null, { status: 204 });
      }
      return json({ ...cloud.roomFor(room, userId), ...numbers });
    }
    if (part === 'members') {
      const named = [...room.members.values()].filter(({ user }) => user.username.startsWith(url.searchParams.get('name') ?? '')).sort((a, b) => (a.user.id < b.user.id ? -1 : 1));
      const items = named.filter(({ user }) => user.id > (url.searchParams.get('cursor') ?? '')).slice(0, Number(url.searchParams.get('limit') ?? 50));
      return json({ items, next_cursor: items.at(-1) === named.at(-1) ? null : items.at(-1)!.user.id, total: room.members.size, ...numbers });
    }
    if (part === 'changes') return roomChanges(cloud, room, userId, Number(url.searchParams.get('since')), limits);
    if (part === 'read') {
      const message = room.messages.get(String(body.message_id));
      const held = room.read.get(userId)!;
      if (message && message.id > (held.id ?? '')) room.read.set(userId, { id: message.id, sequence: message.sequence ?? held.sequence });
      const read = room.read.get(userId)!;
      return json({ last_read_message_id: read.id, unread_count: room.sequence - read.sequence });
    }
    if (messageId === undefined) {
      if (request.method === 'POST') {
        const sent = cloud.send(roomId, userId, String(body.content), String(body.client_message_id), body.ai !== undefined);
        if (sent === 'mismatch') return problem(422, 'idempotency_mismatch');
        return json({ message: sent.messages[0], ai_message: sent.messages[1] }, sent.fresh ? 201 : 200);
      }
      return json({ ...page(room, url.searchParams, limits), ...numbers });
    }
    const message = room.messages.get(messageId);
    if (!message) return problem(404, 'not_found');
    if (verb === 'regenerate') {
      const again = cloud.regenerate(message);
      return again ? json(again, 202) : problem(404, 'not_found');
    }
    if (verb === 'stop') {
      cloud.settle(messageId, roomId, 'cancelled');
      return json(room.messages.get(messageId), 202);
    }
    if (verb === 'attempts') {
      const items = (cloud.attempts.get(messageId) ?? []).map((row, i) => ({ attempt: i + 1, status: row.status, content: row.content, provider: row.ai!.provider, model: row.ai!.model, input_tokens: row.ai!.input_tokens, output_tokens: row.ai!.output_tokens, charged_tokens: row.ai!.charged_tokens, latency_ms: row.ai!.latency_ms, error_code: row.ai!.error_code, created_at: row.created_at }));
      return json({ items });
    }
    if (request.method === 'PATCH') return json(cloud.update(message, { ...body, ...(body.content !== undefined && { edited_at: cloud.time() }) }));
    if (request.method === 'DELETE') {
      cloud.update(message, { content: '', deleted_at: cloud.time() });
      return new Response(null, { status: 204 });
    }
    return json(withText(cloud, message));
  };
}

function withText(cloud: FakeCloud, message: Message): Message {
  const partial = cloud.partial.get(message.id);
  if (!message.ai || message.deleted_at || partial?.attempt !== message.ai.attempt || (message.status !== 'pending' && message.status !== 'streaming')) return message;
  return { ...message, status: 'streaming', content: partial.text, ai: { ...message.ai, content_attempt: partial.attempt } };
}

function page(room: FakeRoom, query: URLSearchParams, limits: Limits) {
  const rows = [...room.messages.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const limit = Math.min(Number(query.get('limit') ?? 50), limits.page ?? 100);
  const [before, after, around] = [query.get('before'), query.get('after'), query.get('around')];
  if (limits.hollow && !around) {
    limits.hollow--;
    return { items: [], next_cursor: after ?? before ?? BEYOND };
  }
  if (after) {
    const newer = rows.filter((row) => row.id > after);
    return { items: newer.slice(0, limit), next_cursor: newer.length > limit ? newer[limit - 1]!.id : null };
  }
  if (around) {
    const at = rows.findIndex((row) => row.id >= around);
    const from = Math.max(0, at - Math.floor(limit / 2));
    return { items: rows.slice(from, from + limit).reverse(), next_cursor: from > 0 ? rows[from]!.id : null };
  }
  const older = before ? rows.filter((row) => row.id < before) : rows;
  return { items: older.slice(-limit).reverse(), next_cursor: older.length > limit ? older[older.length - limit]!.id : null };
}

function roomChanges(cloud: FakeCloud, room: FakeRoom, userId: string, since: number, limits: Limits): Response {
  const empty = { messages: [], members: [], removed_member_ids: [], latest_event: room.log.length, has_more: false, reset: true };
  if (since > room.log.length || since < room.purgedTo) return json(empty);
  const events = room.log.slice(since, since + limits.changes);
  const entities = (kind: string) => [...new Set(events.filter((event) => event.kind.startsWith(kind)).map((event) => event.entity))];
  const people = entities('member.');
  return json({
    messages: entities('message.').map((id) => room.messages.get(id)).filter((row) => row !== undefined),
    members: people.flatMap((id) => room.members.get(id) ?? []),
    removed_member_ids: people.filter((id) => !room.members.has(id)),
    ...(entities('room.').length > 0 && { room: cloud.roomFor(room, userId) }),
    latest_event: events.at(-1)?.event ?? since,
    has_more: since + events.length < room.log.length,
    reset: false,
  });
}

function myChanges(cloud: FakeCloud, userId: string, since: number, limits: Limits): Response {
  const log = cloud.userLogs.get(userId)!;
  const empty = { messages: [], rooms: [], removed_room_ids: [], invitations: [], latest_event: log.length, has_more: false };
  if (since > log.length) return json({ ...empty, reset: true });
  const events = log.slice(since, since + limits.changes);
  const ids = [...new Set(events.map((event) => event.entity))];
  const inside = (id: string) => cloud.rooms.get(id)!.members.has(userId);
  return json({
    ...empty, reset: false,
    rooms: ids.filter(inside).map((id) => cloud.roomFor(cloud.rooms.get(id)!, userId)),
    removed_room_ids: ids.filter((id) => !inside(id)),
    latest_event: events.at(-1)?.event ?? since,
    has_more: since + events.length < log.length,
  });
}

function model(provider: string, id: string, display_name: string) {
  return { id, provider, display_name, context_window: 8192, max_output_tokens: 2048, price: { input: 0, cached_input: 0, output: 0 }, weights: { input: 1_000_000, output: 1_000_000 }, vision: false, streaming: true, reasoning: 'none', efforts: [], deprecated: false, configured: true, available: true };
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

export function problem(status: number, code: string): Response {
  return new Response(JSON.stringify({ type: 'about:blank', title: code, status, code, detail: code, request_id: 'r' }), { status, headers: { 'content-type': 'application/problem+json' } });
}
