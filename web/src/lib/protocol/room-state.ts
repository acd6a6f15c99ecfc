import { History } from './history';
import { MessageWindow } from './message-window';
import { isSettled, newerRow, preview } from './rows';
import { RunningText } from './running-text';
import { Thoughts, type Thinking, type ThinkingFrame } from './thinking';
import { UnreadMentions } from './unread-mentions';
import type { DeltaFrame, EventFrame, Member, Message, Room, RoomView, Timeline, Unsent, User } from './types';

const MAX_TEXTS = 50;

/** Of a room that is not held. */
export const EMPTY_TIMELINE: Timeline = { messages: [], unsent: [], loaded: false, hasOlder: false, hasNewer: false };

/** Everything held of one room. Pure: rows, events and deltas in, views out. */
export class RoomState {
  room: Room;
  private version: number;
  private lastReadSequence = 0;
  private lastReadId: string | null = null;
  private readonly mentions: UnreadMentions;
  private readonly history = new History();
  private readonly window = new MessageWindow();
  private readonly thoughts = new Thoughts();
  private readonly texts = new Map<string, RunningText>();
  private readonly people = new Map<string, Member>();
  private readonly removedAt = new Map<string, number>();
  private lastOwnId = '';
  membersLoaded = false;
  /** How many people a room has of whom not all are known here; null where all are. */
  private total: number | null = null;
  /** Somebody came or changed who was not known: the total may be another. */
  recount = false;
  /** Whether the reader follows the newest messages; one who reads earlier ones must not lose them. */
  following = true;

  private cachedView: RoomView | null = null;
  private cachedTimeline: Timeline | null = null;
  private cachedMembers: readonly Member[] | null = null;

  constructor(
    room: Room,
    private readonly myId: string,
    private readonly ownArrived: (clientMessageId: string) => void = () => undefined,
  ) {
    this.room = room;
    this.mentions = new UnreadMentions(myId);
    this.version = -1;
    this.roomIs(room);
  }

  get loaded(): boolean {
    return this.window.open;
  }

  get oldestId(): string | null {
    return this.window.from;
  }

  get newestId(): string | null {
    return this.window.to;
  }

  row(id: string): Message | undefined {
    return this.window.get(id);
  }

  thinking(id: string): Thinking | undefined {
    return this.thoughts.of(id);
  }

  text(id: string): RunningText | undefined {
    return this.texts.get(id);
  }

  /** Takes a room object: whole from a snapshot, without what is mine from a push. An older one only adds what can only rise. */
  roomIs(next: Room): void {
    const held = this.room;
    const newer = next.latest_event >= this.version;
    if (newer) {
      this.version = next.latest_event;
      this.room = { ...held, ...next, role: next.role ?? held.role };
    }
    const last_sequence = Math.max(held.last_sequence, next.last_sequence);
    const cut = this.history.roomIs(next);
    this.room = { ...this.room, ...this.history.bounds, last_sequence, last_message: this.history.kept(laterMessage(held.last_message, next.last_message)) };
    if (cut) this.dropGone();
    if (next.unread_count !== undefined) this.readIs(next.last_read_message_id ?? null, next.last_sequence - next.unread_count);
    if (newer) this.mentions.roomIs(next, this.lastReadId);
    this.cachedView = null;
  }

  /** What is kept nowhere is not shown. */
  private dropGone(): void {
    for (const row of this.window.dropBefore((row) => this.history.keeps(row), (id) => this.history.reaches(id))) {
      this.texts.delete(row.id);
      this.thoughts.forget(row.id);
    }
    this.mentions.beginsWith((id) => this.history.reaches(id));
    this.cachedTimeline = null;
  }

  /** Takes a room object after the log told us to forget what was held. */
  startAnew(next: Room): void {
    this.version = -1;
    this.room = { ...this.room, last_sequence: 0, last_message: null };
    this.history.forget();
    this.lastReadSequence = 0;
    this.lastReadId = null;
    this.mentions.forget();
    this.roomIs(next);
  }

  /** A read position only rises. */
  readIs(id: string | null, sequence: number | null): void {
    if (id !== null && (this.lastReadId === null || id > this.lastReadId)) {
      this.lastReadId = id;
      this.mentions.readIs(id);
    }
    if (sequence !== null) this.lastReadSequence = Math.max(this.lastReadSequence, sequence);
    this.cachedView = null;
  }

  /** Whether a read position made elsewhere is ahead of the one held here. */
  isReadBehind(id: string | null): boolean {
    return id !== null && (this.lastReadId === null || id > this.lastReadId);
  }

  /** The highest sequence at or before a message, as far as rows are held. */
  sequenceAt(id: string): number | null {
    return this.window.sequenceAt(id);
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
    this.counted(next);
    this.rowIs(next);
    if (this.window.to === null) this.window.trim(this.following ? 'oldest' : 'newest');
  }

  private rowIs(next: Message): void {
    if (!this.window.covers(next.id) || !this.history.keeps(next)) return;
    const held = this.window.get(next.id);
    const row = newerRow(held, next);
    if (row === held) return;
    const text = this.texts.get(next.id);
    if (text) {
      text.absorb(row);
      if (row.deleted_at || (isSettled(row) && (row.ai?.attempt ?? 0) >= text.attempt)) this.texts.delete(next.id);
    }
    if (row.deleted_at || isSettled(row)) this.thoughts.forget(next.id);
    this.window.put(row, this.texts.get(next.id)?.overlay(row) ?? row);
    this.cachedTimeline = null;
  }

  private counted(message: Message): void {
    if (message.client_message_id !== null && message.sender?.id === this.myId) this.ownArrived(message.client_message_id);
    if (message.visibility !== 'public') return;
    if (this.history.keeps(message)) this.mentions.messageIs(message, this.window.get(message.id) ?? (this.room.last_message?.id === message.id ? this.room.last_message : undefined), this.lastReadId);
    const last_sequence = Math.max(this.room.last_sequence, message.sequence ?? 0);
    this.room = { ...this.room, last_sequence, last_message: this.history.kept(laterMessage(this.room.last_message, message)) };
    // Sending moves my read position past my own pair.
    if (message.sender?.id === this.myId) {
      if (message.id > this.lastOwnId) this.lastOwnId = message.id;
      this.readIs(message.id, message.sequence);
    } else if (message.answers !== null && message.answers === this.lastOwnId) {
      this.readIs(message.id, message.sequence);
    }
    this.cachedView = null;
  }

  /** What the log tells of somebody. */
  memberIs(member: Member): void {
    if (this.total !== null && !this.people.has(member.user.id)) this.recount = true;
    this.membersKnown([member]);
    this.named(member.user);
  }

  /** Whoever changed their name has it on what they wrote before, too. */
  private named(user: User): void {
    const before = (row: Message | null | undefined) => row?.sender?.id === user.id && row.sender.display_name !== user.display_name;
    for (const row of this.window.all().filter(before)) {
      this.window.put({ ...row, sender: user }, { ...row, sender: user });
      this.cachedTimeline = null;
    }
    const last = this.room.last_message;
    if (last && before(last)) this.room = { ...this.room, last_message: { ...last, sender: user } };
    this.cachedView = null;
  }

  /** Some of the people who are in the room, whether or not they were known. */
  membersKnown(members: readonly Member[]): void {
    for (const member of members) this.put(member);
  }

  private put(member: Member): void {
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
    this.recount = this.total !== null;
    this.removedAt.set(userId, event);
    this.people.delete(userId);
    this.cachedMembers = null;
  }

  /** All members, or the first of so many, from a state at least as new as anything held. */
  membersAre(members: readonly Member[], total: number | null = null): void {
    if (total === null) this.forgetMembers();
    this.membersKnown(members);
    this.membersLoaded = true;
    this.total = total;
    this.recount = false;
  }

  forgetMembers(): void {
    this.people.clear();
    this.removedAt.clear();
    this.membersLoaded = false;
    this.total = null;
    this.cachedMembers = null;
  }

  get membersComplete(): boolean {
    return this.membersLoaded && this.total === null;
  }

  get memberCount(): number {
    return this.total ?? this.people.size;
  }

  /** Who somebody is: one of the people known here, or who wrote a message that is held. */
  person(userId: string): User | undefined {
    return this.people.get(userId)?.user ?? this.window.all().find(({ sender }) => sender?.id === userId)?.sender ?? undefined;
  }

  /** Answers that are still being written, as far as rows are held. */
  running(): string[] {
    return this.window.all().filter((row) => row.type === 'ai' && !isSettled(row)).map((row) => row.id);
  }

  /** Answers the running text that has a gap now, if any. */
  delta(delta: DeltaFrame): RunningText | null {
    const row = this.window.get(delta.message_id);
    if (row && (row.deleted_at || (isSettled(row) && (row.ai?.attempt ?? 0) >= delta.attempt))) return null;
    let text = this.texts.get(delta.message_id);
    if (!text) {
      text = new RunningText();
      if (row) text.absorb(row);
      this.texts.set(delta.message_id, text);
      this.dropOldestText();
    }
    if (text.delta(delta)) {
      this.thoughts.forget(delta.message_id);
      this.textIs(delta.message_id);
    }
    return text.hasGap ? text : null;
  }

  /** A model tells that it thinks. */
  thinks(frame: ThinkingFrame): void {
    const row = this.window.get(frame.message_id);
    const text = this.texts.get(frame.message_id);
    const begun = text !== undefined && text.attempt === frame.attempt && text.text !== '';
    if (!row || row.deleted_at || isSettled(row) || begun) return;
    this.thoughts.heard(frame);
  }

  /** What getMessage knew of an answer that is being written. */
  healed(message: Message): void {
    this.messageIs(message);
    if (!this.window.covers(message.id)) return;
    let text = this.texts.get(message.id);
    if (!text && !isSettled(message)) this.texts.set(message.id, (text = new RunningText()));
    if (!text) return;
    if (isSettled(message) && (message.ai?.attempt ?? 0) >= text.attempt) this.dropText(message.id);
    else if (text.absorb(message)) this.textIs(message.id);
  }

  dropText(messageId: string): void {
    if (this.texts.delete(messageId)) this.textIs(messageId);
  }

  private textIs(messageId: string): void {
    const row = this.window.get(messageId);
    if (!row) return;
    this.window.show(messageId, this.texts.get(messageId)?.overlay(row) ?? row);
    this.cachedTimeline = null;
  }

  // The edge of a page is where its next one begins, however few messages it holds; null where there is no next one.

  /** Replaces what is held by the newest page. */
  showNewest(rows: readonly Message[], from: string | null): void {
    this.showPage(rows, from, null);
  }

  /** Replaces what is held by a page in the middle. */
  showPage(rows: readonly Message[], from: string | null, to: string | null): void {
    this.window.begin(from, to);
    this.add(rows);
  }

  addOlder(rows: readonly Message[], from: string | null): void {
    this.window.reach({ from });
    this.add(rows);
  }

  addNewer(rows: readonly Message[], to: string | null): void {
    this.window.reach({ to });
    this.add(rows);
  }

  /** Lets rows go at one end, if there are too many. Answers whether it did. */
  trim(end: 'oldest' | 'newest'): boolean {
    if (!this.window.trim(end)) return false;
    this.cachedTimeline = null;
    return true;
  }

  private add(rows: readonly Message[]): void {
    for (const row of rows) {
      this.counted(row);
      this.rowIs(row);
    }
    this.cachedTimeline = null;
  }

  /** Nobody has looked here for long: what can be loaded again is let go. */
  letGo(): void {
    this.window.close();
    this.texts.clear();
    this.thoughts.clear();
    this.forgetMembers();
    this.following = true;
    this.cachedTimeline = null;
  }

  view(): RoomView {
    this.cachedView ??= { room: this.room, unread: Math.max(0, this.room.last_sequence - Math.max(this.lastReadSequence, this.room.first_sequence - 1)), mentions: this.mentions.count, lastReadId: this.lastReadId };
    return this.cachedView;
  }

  timeline(unsent: readonly Unsent[]): Timeline {
    if (this.cachedTimeline && sameItems(this.cachedTimeline.unsent, unsent)) return this.cachedTimeline;
    this.cachedTimeline = { messages: this.window.messages, unsent, loaded: this.loaded, hasOlder: this.window.from !== null, hasNewer: this.window.to !== null };
    return this.cachedTimeline;
  }

  members(): readonly Member[] {
    this.cachedMembers ??= [...this.people.values()].sort((a, b) => (a.joined_at < b.joined_at ? -1 : a.joined_at > b.joined_at ? 1 : 0));
    return this.cachedMembers;
  }

  private dropOldestText(): void {
    if (this.texts.size <= MAX_TEXTS) return;
    const oldest = this.texts.keys().next().value;
    if (oldest !== undefined) this.texts.delete(oldest);
  }
}

/** The later of two messages, as a list shows it. */
function laterMessage(held: Message | null, next: Message | null): Message | null {
  if (!next) return held;
  if (!held || next.id > held.id) return preview(next);
  return held.id === next.id ? preview(newerRow(held, next)) : held;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
}
