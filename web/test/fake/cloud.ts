import type { Member, Message, Room, User } from '@/lib/protocol/types';

/** The part of the server's behaviour that clients can see, in memory: rows, numbered logs, pushes. For tests of clients only. */
export interface Push {
  userId: string;
  frame: Record<string, unknown>;
  /** Deltas and typing go only to those who view the room. */
  viewing?: string;
}

interface LogEntry {
  event: number;
  kind: 'message.created' | 'message.updated' | 'member.updated' | 'member.removed' | 'room.updated' | 'room.deleted' | 'room.joined' | 'room.left';
  entity: string;
}

export interface FakeRoom {
  room: Omit<Room, 'role' | 'last_read_message_id' | 'unread_count' | 'last_message' | 'latest_event' | 'last_sequence'>;
  log: LogEntry[];
  purgedTo: number;
  sequence: number;
  messages: Map<string, Message>;
  members: Map<string, Member>;
  read: Map<string, { id: string | null; sequence: number }>;
  deleted: boolean;
}

export class FakeCloud {
  readonly users = new Map<string, User>();
  readonly rooms = new Map<string, FakeRoom>();
  readonly userLogs = new Map<string, LogEntry[]>();
  readonly partial = new Map<string, { attempt: number; text: string }>();
  readonly attempts = new Map<string, Message[]>();
  private readonly sentBefore = new Map<string, { body: string; ids: string[] }>();
  private counter = 0;
  onPush: (push: Push) => void = () => undefined;
  /** When the fan-out reads the rows of an event: at once, or later, when they may be newer than the event. */
  later: (work: () => void) => void = (work) => work();
  now: () => number = () => 1_790_000_000_000 + this.counter * 1_000;

  id(): string {
    const ms = Math.floor(this.now()).toString(16).padStart(12, '0');
    const n = (this.counter++).toString(16).padStart(12, '0');
    return `${ms.slice(0, 8)}-${ms.slice(8)}-7${n.slice(0, 3)}-8${n.slice(3, 6)}-${n.slice(6).padStart(12, '0')}`;
  }

  time(): string {
    return new Date(this.now()).toISOString();
  }

  addUser(username: string): User {
    const user: User = { id: this.id(), username, display_name: username[0]!.toUpperCase() + username.slice(1), locale: 'en', created_at: this.time() };
    this.users.set(user.id, user);
    this.userLogs.set(user.id, []);
    return user;
  }

  addRoom(ownerId: string, name: string): FakeRoom {
    const id = this.id();
    const at = this.time();
    const made: FakeRoom = {
      room: { id, name, description: '', owner_id: ownerId, ai_provider: 'scripted', ai_model: 'scripted', ai_instructions: '', ai_context_cutoff_at: null, max_reply_tokens: 4096, effort: 'default', allowed_models: [], is_archived: false, is_frozen: false, offered_to: null, fork_state: null, forked_from_room_id: null, retention_days: null, retention_pending: null, first_sequence: 1, history_begins_at: null, created_at: at, updated_at: at },
      log: [], purgedTo: 0, sequence: 0, messages: new Map(), members: new Map(), read: new Map(), deleted: false,
    };
    this.rooms.set(id, made);
    this.join(id, ownerId, 'master');
    return made;
  }

  join(roomId: string, userId: string, role: Member['role']): void {
    const room = this.at(roomId);
    const event = this.record(room, 'member.updated', userId);
    room.members.set(userId, { user: this.users.get(userId)!, role, joined_at: this.time(), event });
    if (!room.read.has(userId)) room.read.set(userId, { id: null, sequence: room.sequence });
    this.publish(room, event);
    this.recordUser(userId, 'room.joined', roomId);
  }

  leave(roomId: string, userId: string): void {
    const room = this.at(roomId);
    room.members.delete(userId);
    const event = this.record(room, 'member.removed', userId);
    this.publish(room, event);
    this.recordUser(userId, 'room.left', roomId);
  }

  change(roomId: string, change: Partial<Room>): void {
    const room = this.at(roomId);
    room.room = { ...room.room, ...change };
    this.publish(room, this.record(room, 'room.updated', roomId));
  }

  /** Removes up to so many of the oldest messages: answers with their questions, none from the first on that waits. The last batch tells. */
  purge(roomId: string, batch: number, last: boolean): void {
    const room = this.at(roomId);
    const rows = [...room.messages.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const waiting = new Set(rows.filter((row) => row.status === 'pending').map((row) => row.answers));
    let gone = 0;
    while (gone < Math.min(batch, rows.length - 1) && !waiting.has(rows[gone]!.id)) gone++;
    if (gone > 0 && rows[gone]?.answers === rows[gone - 1]!.id) gone--;
    for (const { id } of rows.slice(0, gone)) room.messages.delete(id);
    const [newestGone, oldest] = [rows[gone - 1], rows[gone]];
    const first_sequence = newestGone?.sequence ? newestGone.sequence + 1 : room.room.first_sequence;
    room.room = { ...room.room, first_sequence, ...(newestGone && { history_begins_at: (last ? oldest : newestGone)!.created_at }) };
    if (last) this.publish(room, this.record(room, 'room.updated', roomId));
  }

  deleteRoom(roomId: string): void {
    const room = this.at(roomId);
    const members = [...room.members.keys()];
    this.publish(room, this.record(room, 'room.deleted', roomId));
    room.deleted = true;
    room.members.clear();
    for (const userId of members) this.recordUser(userId, 'room.left', roomId);
  }

  send(roomId: string, userId: string, content: string, clientMessageId: string, ask = false): { messages: Message[]; fresh: boolean } | 'mismatch' {
    const room = this.at(roomId);
    const body = JSON.stringify([roomId, content, ask]);
    const before = this.sentBefore.get(userId + clientMessageId);
    if (before) return before.body === body ? { messages: before.ids.map((id) => room.messages.get(id)!), fresh: false } : 'mismatch';
    const sender = this.users.get(userId)!;
    const question = this.store(room, { type: 'human', status: 'completed', sender, content, client_message_id: clientMessageId });
    const made = [question];
    if (ask) {
      const ai = { provider: room.room.ai_provider, model: room.room.ai_model, attempt: 1, content_attempt: 0, attempts: 1, input_tokens: null, cached_input_tokens: null, output_tokens: null, reasoning_tokens: null, charged_tokens: null, latency_ms: null, error_code: null, finish_reason: null, thought: false, used_summary: false };
      made.push(this.store(room, { type: 'ai', status: 'pending', sender: null, content: '', answers: question.id, ai }));
    }
    room.read.set(userId, { id: made.at(-1)!.id, sequence: room.sequence });
    this.sentBefore.set(userId + clientMessageId, { body, ids: made.map((message) => message.id) });
    for (const message of made) this.publish(room, message.event);
    return { messages: made, fresh: true };
  }

  /** The room tells something of itself. */
  note(roomId: string, system: NonNullable<Message['system']>): Message {
    const room = this.at(roomId);
    const message = this.store(room, { type: 'system', system });
    this.publish(room, message.event);
    return message;
  }

  update(message: Message, change: Partial<Message>): Message {
    const room = this.at(message.room_id);
    const event = this.record(room, 'message.updated', message.id);
    const next = { ...room.messages.get(message.id)!, ...change, event };
    room.messages.set(message.id, next);
    this.publish(room, event);
    return next;
  }

  /** A piece of an answer being written. */
  stream(messageId: string, roomId: string, piece: string): void {
    const room = this.at(roomId);
    const message = room.messages.get(messageId);
    if (!message?.ai || message.status === 'completed' || message.status === 'failed' || message.status === 'cancelled') return;
    const attempt = message.ai.attempt;
    const held = this.partial.get(messageId);
    const text = held?.attempt === attempt ? held.text : '';
    this.partial.set(messageId, { attempt, text: text + piece });
    const frame = { type: 'ai.delta', room_id: roomId, message_id: messageId, attempt, offset: [...text].length, text: piece };
    for (const userId of room.members.keys()) this.onPush({ userId, frame, viewing: roomId });
  }

  settle(messageId: string, roomId: string, status: 'completed' | 'failed' | 'cancelled', error_code: string | null = null): void {
    const message = this.at(roomId).messages.get(messageId);
    if (!message?.ai || (message.status !== 'pending' && message.status !== 'streaming')) return;
    const partial = this.partial.get(messageId);
    const came = partial?.attempt === message.ai.attempt && partial.text !== '';
    const tokens = came ? Math.max(1, Math.round(partial.text.length / 4)) : null;
    const settled = this.update(message, {
      status,
      content: came && !message.deleted_at ? partial.text : message.content,
      ai: { ...message.ai, content_attempt: came ? message.ai.attempt : message.ai.content_attempt, error_code, output_tokens: tokens, input_tokens: tokens && 120, charged_tokens: tokens && tokens + 120, latency_ms: 900 },
    });
    this.attempts.set(messageId, [...(this.attempts.get(messageId) ?? []), { ...settled, content: came ? partial.text : '' }]);
  }

  regenerate(question: Message): Message | null {
    const room = this.at(question.room_id);
    const answer = [...room.messages.values()].find((message) => message.answers === question.id);
    if (!answer?.ai || answer.deleted_at) return null;
    return this.update(answer, { status: 'pending', ai: { ...answer.ai, attempt: answer.ai.attempt + 1, attempts: answer.ai.attempts + 1, error_code: null } });
  }

  roomFor(room: FakeRoom, userId: string | null): Room {
    const last = [...room.messages.values()].sort((a, b) => (a.id < b.id ? 1 : -1))[0] ?? null;
    const whole = { ...room.room, latest_event: room.log.length, last_sequence: room.sequence, last_message: last };
    if (userId === null) return whole;
    const read = room.read.get(userId) ?? { id: null, sequence: 0 };
    return { ...whole, role: room.members.get(userId)?.role, last_read_message_id: read.id, unread_count: room.sequence - Math.max(read.sequence, room.room.first_sequence - 1) };
  }

  at(roomId: string): FakeRoom {
    const room = this.rooms.get(roomId);
    if (!room) throw new Error('no such room');
    return room;
  }

  private store(room: FakeRoom, part: Partial<Message>): Message {
    const id = this.id();
    const event = this.record(room, 'message.created', id);
    const message: Message = {
      id, room_id: room.room.id, sequence: part.type === 'system' ? room.sequence || null : ++room.sequence, event, type: 'human', status: 'completed', sender: null, content: '', visibility: 'public', answers: null, reply_to: null,
      exclude_from_ai: false, client_message_id: null, attachments: [], reactions: [], ai: null, edited_at: null, deleted_at: null, created_at: this.time(), ...part,
    };
    room.messages.set(id, message);
    return message;
  }

  private record(room: FakeRoom, kind: LogEntry['kind'], entity: string): number {
    room.log.push({ event: room.log.length + 1, kind, entity });
    return room.log.length;
  }

  private recordUser(userId: string, kind: LogEntry['kind'], entity: string): void {
    const log = this.userLogs.get(userId)!;
    log.push({ event: log.length + 1, kind, entity });
    const room = this.rooms.get(entity)!;
    const data = kind === 'room.left' ? { room_id: entity } : this.roomFor(room, userId);
    this.onPush({ userId, frame: { type: kind, stream: 'user', event: log.length, at: this.time(), data } });
  }

  private publish(room: FakeRoom, event: number): void {
    const { kind, entity } = room.log[event - 1]!;
    const at = this.time();
    const data = () => {
      if (kind === 'message.created' || kind === 'message.updated') return room.messages.get(entity);
      if (kind === 'member.updated') return room.members.get(entity);
      if (kind === 'member.removed') return { user_id: entity };
      return kind === 'room.updated' ? this.roomFor(room, null) : {};
    };
    const everybody = [...room.members.keys()];
    this.later(() => {
      const now = data();
      const to = kind === 'room.deleted' ? everybody : [...room.members.keys()];
      if (now) for (const userId of to) this.onPush({ userId, frame: { type: kind, stream: `room:${room.room.id}`, event, at, data: now } });
    });
  }
}
