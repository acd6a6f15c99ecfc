import { byId, isSettled, newerRow } from './rows';
import { RunningText } from './running-text';
import type { DeltaFrame, EventFrame, Member, Message, Room, RoomView, Timeline, Unsent } from './types';

/** The part of a room's order that is held: from one id to another, or to the room's beginning or living end. */
interface Window {
  from: string | null;
  to: string | null;
}

const MAX_TEXTS = 50;

/** Everything held of one room. Pure: rows, events and deltas in, views out. */
export class RoomState {
  room: Room;
  private version: number;
  private lastReadSequence = 0;
  private lastReadId: string | null = null;
  private window: Window | null = null;
  private readonly rows = new Map<string, Message>();
  private readonly texts = new Map<string, RunningText>();
  private readonly people = new Map<string, Member>();
  private readonly removedAt = new Map<string, number>();
  private lastOwnId = '';
  membersLoaded = false;

  private cachedView: RoomView | null = null;
  private cachedTimeline: Timeline | null = null;
  private cachedMembers: readonly Member[] | null = null;

  constructor(
    room: Room,
    private readonly myId: string,
    private readonly ownArrived: (clientMessageId: string) => void = () => undefined,
  ) {
    this.room = room;
    this.version = -1;
    this.roomIs(room);
  }

  get loaded(): boolean {
    return this.window !== null;
  }

  get oldestId(): string | null {
    return this.window?.from ?? null;
  }

  get newestId(): string | null {
    return this.window?.to ?? null;
  }

  get newestHeld(): Message | undefined {
    return this.timeline([]).messages.at(-1);
  }

  row(id: string): Message | undefined {
    return this.rows.get(id);
  }

  text(id: string): RunningText | undefined {
    return this.texts.get(id);
  }

  /** Takes a room object: whole from a snapshot, without what is mine from a push. An older one only adds what can only rise. */
  roomIs(next: Room): void {
    const held = this.room;
    if (next.latest_event >= this.version) {
      this.version = next.latest_event;
      this.room = { ...held, ...next, role: next.role ?? held.role };
    }
    const last_sequence = Math.max(held.last_sequence, next.last_sequence);
    this.room = { ...this.room, last_sequence, last_message: laterMessage(held.last_message, next.last_message) };
    if (next.unread_count !== undefined) this.readIs(next.last_read_message_id ?? null, next.last_sequence - next.unread_count);
    this.cachedView = null;
  }

  /** Takes a room object after the log told us to forget what was held. */
  startAnew(next: Room): void {
    this.version = -1;
    this.room = { ...this.room, last_sequence: 0, last_message: null };
    this.lastReadSequence = 0;
    this.lastReadId = null;
    this.roomIs(next);
  }

  /** A read position only rises. */
  readIs(id: string | null, sequence: number | null): void {
    if (id !== null && (this.lastReadId === null || id > this.lastReadId)) this.lastReadId = id;
    if (sequence !== null) this.lastReadSequence = Math.max(this.lastReadSequence, sequence);
    this.cachedView = null;
  }

  /** Whether a read position made elsewhere is ahead of the one held here. */
  isReadBehind(id: string | null): boolean {
    return id !== null && (this.lastReadId === null || id > this.lastReadId);
  }

  /** The highest sequence at or before a message, as far as rows are held. */
  sequenceAt(id: string): number | null {
    let found: number | null = null;
    for (const row of this.rows.values()) {
      if (row.id <= id && row.sequence !== null && (found === null || row.sequence > found)) found = row.sequence;
    }
    return found;
  }

  event(event: EventFrame): void {
    const data: unknown = event.data;
    switch (event.type) {
      case 'message.created':
      case 'message.updated':
        this.messageIs(data as Message);
        break;
      case 'member.updated':
        this.memberIs(data as Member);
        break;
      case 'member.removed':
        this.memberRemoved((data as { user_id: string }).user_id, event.event);
        break;
      case 'room.updated':
        this.roomIs(data as Room);
        break;
    }
  }

  messageIs(next: Message): void {
    if (next.client_message_id !== null && next.sender?.id === this.myId) this.ownArrived(next.client_message_id);
    if (next.visibility === 'public') this.countMessage(next);
    if (!this.holds(next.id)) return;
    const held = this.rows.get(next.id);
    const row = newerRow(held, next);
    if (row === held) return;
    this.rows.set(next.id, row);
    const text = this.texts.get(next.id);
    if (text) {
      text.absorb(row);
      if (row.deleted_at || (isSettled(row) && (row.ai?.attempt ?? 0) >= text.attempt)) this.texts.delete(next.id);
    }
    this.cachedTimeline = null;
  }

  private countMessage(message: Message): void {
    const last_sequence = Math.max(this.room.last_sequence, message.sequence ?? 0);
    this.room = { ...this.room, last_sequence, last_message: laterMessage(this.room.last_message, message) };
    // Sending moves my read position past my own pair.
    if (message.sender?.id === this.myId) {
      if (message.id > this.lastOwnId) this.lastOwnId = message.id;
      this.readIs(message.id, message.sequence);
    } else if (message.answers !== null && message.answers === this.lastOwnId) {
      this.readIs(message.id, message.sequence);
    }
    this.cachedView = null;
  }

  memberIs(member: Member): void {
    if ((this.removedAt.get(member.user.id) ?? -1) > member.event) return;
    const held = this.people.get(member.user.id);
    if (held && held.event > member.event) return;
    this.people.set(member.user.id, member);
    this.cachedMembers = null;
    if (member.user.id === this.myId && member.role !== this.room.role) {
      this.room = { ...this.room, role: member.role };
      this.cachedView = null;
    }
  }

  memberRemoved(userId: string, event: number): void {
    const held = this.people.get(userId);
    if (held && held.event > event) return;
    this.removedAt.set(userId, event);
    this.people.delete(userId);
    this.cachedMembers = null;
  }

  /** A whole list of members, from a state at least as new as anything held. */
  membersAre(members: readonly Member[]): void {
    this.people.clear();
    this.removedAt.clear();
    for (const member of members) this.memberIs(member);
    this.membersLoaded = true;
    this.cachedMembers = null;
  }

  /** Answers that are still being written, as far as rows are held. */
  running(): string[] {
    return [...this.rows.values()].filter((row) => row.type === 'ai' && !isSettled(row)).map((row) => row.id);
  }

  /** Answers the running text that has a gap now, if any. */
  delta(delta: DeltaFrame): RunningText | null {
    const row = this.rows.get(delta.message_id);
    if (row && (row.deleted_at || (isSettled(row) && (row.ai?.attempt ?? 0) >= delta.attempt))) return null;
    let text = this.texts.get(delta.message_id);
    if (!text) {
      text = new RunningText();
      if (row) text.absorb(row);
      this.texts.set(delta.message_id, text);
      this.dropOldestText();
    }
    if (text.delta(delta)) this.cachedTimeline = null;
    return text.hasGap ? text : null;
  }

  /** What getMessage knew of an answer that is being written. */
  healed(message: Message): void {
    this.messageIs(message);
    if (!this.holds(message.id)) return;
    let text = this.texts.get(message.id);
    if (!text && !isSettled(message)) this.texts.set(message.id, (text = new RunningText()));
    if (!text) return;
    if (isSettled(message) && (message.ai?.attempt ?? 0) >= text.attempt) this.dropText(message.id);
    else if (text.absorb(message)) this.cachedTimeline = null;
  }

  dropText(messageId: string): void {
    if (this.texts.delete(messageId)) this.cachedTimeline = null;
  }

  /** Replaces what is held by the newest page. */
  showNewest(rows: readonly Message[], hasOlder: boolean): void {
    this.show(rows, { from: hasOlder ? lowest(rows) : null, to: null });
  }

  /** Replaces what is held by a page in the middle. */
  showPage(rows: readonly Message[], hasOlder: boolean, hasNewer: boolean): void {
    this.show(rows, { from: hasOlder ? lowest(rows) : null, to: hasNewer ? highest(rows) : null });
  }

  addOlder(rows: readonly Message[], hasOlder: boolean): void {
    if (!this.window) return;
    this.window = { ...this.window, from: hasOlder ? lowest(rows) : null };
    for (const row of rows) this.messageIs(row);
    this.cachedTimeline = null;
  }

  addNewer(rows: readonly Message[], hasNewer: boolean): void {
    if (!this.window) return;
    this.window = { ...this.window, to: hasNewer ? highest(rows) : null };
    for (const row of rows) this.messageIs(row);
    this.cachedTimeline = null;
  }

  view(): RoomView {
    this.cachedView ??= { room: this.room, unread: Math.max(0, this.room.last_sequence - this.lastReadSequence), lastReadId: this.lastReadId };
    return this.cachedView;
  }

  timeline(unsent: readonly Unsent[]): Timeline {
    if (this.cachedTimeline && sameItems(this.cachedTimeline.unsent, unsent)) return this.cachedTimeline;
    const messages = [...this.rows.values()].sort(byId).map((row) => this.texts.get(row.id)?.overlay(row) ?? row);
    this.cachedTimeline = {
      messages, unsent, loaded: this.loaded, hasOlder: (this.window?.from ?? null) !== null, hasNewer: (this.window?.to ?? null) !== null,
    };
    return this.cachedTimeline;
  }

  members(): readonly Member[] {
    this.cachedMembers ??= [...this.people.values()].sort((a, b) => (a.joined_at < b.joined_at ? -1 : a.joined_at > b.joined_at ? 1 : 0));
    return this.cachedMembers;
  }

  private show(rows: readonly Message[], window: Window): void {
    this.rows.clear();
    this.window = window;
    for (const row of rows) this.messageIs(row);
    this.cachedTimeline = null;
  }

  private holds(id: string): boolean {
    if (!this.window) return false;
    return (this.window.from === null || id >= this.window.from) && (this.window.to === null || id <= this.window.to);
  }

  private dropOldestText(): void {
    if (this.texts.size <= MAX_TEXTS) return;
    const oldest = this.texts.keys().next().value;
    if (oldest !== undefined) this.texts.delete(oldest);
  }
}

function laterMessage(held: Message | null, next: Message | null): Message | null {
  if (!held || !next) return next ?? held;
  if (held.id === next.id) return newerRow(held, next);
  return next.id > held.id ? next : held;
}

function lowest(rows: readonly Message[]): string | null {
  return rows.reduce<string | null>((low, row) => (low === null || row.id < low ? row.id : low), null);
}

function highest(rows: readonly Message[]): string | null {
  return rows.reduce<string | null>((high, row) => (high === null || row.id > high ? row.id : high), null);
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
}
