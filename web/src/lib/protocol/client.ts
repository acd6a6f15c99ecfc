import { Connection } from './connection';
import { Healing } from './healing';
import { isGone, RoomLoader } from './loader';
import { NumberedStream, type CaughtUp } from './numbered-stream';
import { Outbox } from './outbox';
import { ApiError, backoff, type Api, type Clock, type OpenSocket, type OutboxStorage } from './ports';
import { Reading } from './reading';
import { RoomState } from './room-state';
import { TypingBoard, type Typer } from './typing';
import type {
  ConnectionState, DeltaFrame, EventFrame, Frame, Member, Message, MessagePage, PongFrame, Room, RoomPage, RoomView, Timeline,
} from './types';

const ROOMS_PER_HEARTBEAT = 20;
const EMPTY_TIMELINE: Timeline = { messages: [], unsent: [], loaded: false, hasOlder: false, hasNewer: false };
const NO_MEMBERS: readonly Member[] = [];

export interface ClientOptions {
  myId: string;
  api: Api;
  clock: Clock;
  openSocket: OpenSocket;
  storage: OutboxStorage;
  /** Makes the UUIDs under which requests can be repeated. */
  newId(): string;
}

export type LoadState = 'loading' | 'ready' | 'gone';

interface HeldRoom {
  state: RoomState;
  stream: NumberedStream;
  /** How often it was joined while held: an answer from before a join says nothing about access after it. */
  joins: number;
}

/**
 * One person's live view of their rooms. The socket is only a hint; the durable log is read by HTTP, and at the end what is held
 * here equals the database. Nothing here knows of React or of a browser.
 */
export class RealtimeClient {
  private readonly api: Api;
  private readonly clock: Clock;
  private readonly connection: Connection;
  private readonly outbox: Outbox;
  private readonly healing: Healing;
  private readonly reading: Reading;
  private readonly board: TypingBoard;
  private readonly loader: RoomLoader;
  private readonly user: NumberedStream;
  private readonly held = new Map<string, HeldRoom>();
  private readonly unknownHeads = new Map<string, number>();
  private readonly loads = new Map<string, Promise<void>>();
  private readonly gone = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private uncovered: string[] = [];
  private viewing: string | null = null;
  private running = false;
  private _roomsLoaded = false;
  private roomsFailures = 0;
  private cachedRooms: readonly RoomView[] = [];

  constructor(private readonly options: ClientOptions) {
    const { api, clock } = options;
    this.api = api;
    this.clock = clock;
    const changed = () => this.changed();
    const failed = (roomId: string, error: unknown) => this.failed(roomId, error);
    this.user = new NumberedStream(clock, { apply: (event) => this.applyUser(event), catchUp: (since) => this.catchUpUser(since), reload: () => this.loadRooms() }, 0);
    this.loader = new RoomLoader(api, { room: (id) => this.held.get(id)?.stream, user: this.user });
    this.outbox = new Outbox(clock, api, options.storage, { changed, failed, sent: (answer) => this.rows(answer.message, answer.ai_message) });
    this.healing = new Healing(clock, api, changed, failed);
    this.reading = new Reading(clock, api, failed);
    this.board = new TypingBoard(clock, changed);
    this.connection = new Connection(clock, api, options.openSocket, {
      opened: () => this.opened(),
      received: (frame) => this.received(frame),
      stateChanged: changed,
      heartbeat: () => this.heartbeat(),
    });
  }

  // What is shown. Answers keep their identity until they change.

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get connectionState(): ConnectionState {
    return this.connection.state;
  }

  get roomsLoaded(): boolean {
    return this._roomsLoaded;
  }

  /** My rooms, newest activity first. */
  rooms(): readonly RoomView[] {
    const views = [...this.held.values()].map(({ state }) => state.view()).sort((a, b) => compare(activity(b.room), activity(a.room)));
    if (views.length !== this.cachedRooms.length || views.some((view, i) => view !== this.cachedRooms[i])) this.cachedRooms = views;
    return this.cachedRooms;
  }

  room(roomId: string): RoomView | undefined {
    return this.held.get(roomId)?.state.view();
  }

  loadState(roomId: string): LoadState {
    if (this.gone.has(roomId)) return 'gone';
    return this.held.get(roomId)?.state.loaded ? 'ready' : 'loading';
  }

  timeline(roomId: string): Timeline {
    return this.held.get(roomId)?.state.timeline(this.outbox.of(roomId)) ?? EMPTY_TIMELINE;
  }

  members(roomId: string): readonly Member[] {
    return this.held.get(roomId)?.state.members() ?? NO_MEMBERS;
  }

  typers(roomId: string): readonly Typer[] {
    return this.board.of(roomId);
  }

  /** Whether no stream is known to lack anything. */
  get isCurrent(): boolean {
    return this._roomsLoaded && this.user.isCurrent && [...this.held.values()].every(({ stream }) => stream.isCurrent);
  }

  // Life.

  /** Takes the rooms that the server which rendered the page had read. */
  seed(rooms: RoomPage): void {
    this.user.restartAt(rooms.latest_event);
    for (const room of rooms.items) this.hold(room);
    this._roomsLoaded = rooms.next_cursor === null;
  }

  /** Takes a room's newest page in the same way. It may come while a page is being rendered, so nobody is told. */
  seedRoom(room: Room, messages: MessagePage): void {
    const { state, stream } = this.hold(room);
    if (state.loaded || messages.latest_event < stream.lastEvent || messages.user_event < this.user.lastEvent) return;
    state.showNewest(messages.items, messages.next_cursor !== null);
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.connection.start();
    this.outbox.start();
  }

  stop(): void {
    this.running = false;
    this.connection.stop();
    this.outbox.stop();
    this.board.stop();
  }

  /** Hidden pages heartbeat rarely; one that comes back asks whether it missed anything. */
  setVisible(visible: boolean): void {
    if (visible) {
      this.connection.retryNow();
      this.suspectAll();
    }
    this.connection.setVisible(visible);
  }

  /** The network is back: nobody waits for the end of a backoff. */
  networkIsBack(): void {
    this.connection.retryNow();
    this.retryNow();
  }

  /** Says which room is on screen, and loads it. */
  view(roomId: string | null): void {
    this.viewing = roomId;
    this.connection.send({ action: 'view', room_id: roomId });
    if (roomId !== null) void this.open(roomId);
  }

  /** Loads a room's newest messages and its people, once. Ends when they are there, or when the room turns out to be gone. */
  open(roomId: string): Promise<void> {
    const under = this.loads.get(roomId);
    if (under) return under;
    const load = this.load(roomId).finally(() => this.loads.delete(roomId));
    this.loads.set(roomId, load);
    return load;
  }

  loadOlder(roomId: string): Promise<void> {
    return this.loadOnce(roomId, 'older', (state) => this.loader.older(state));
  }

  loadNewer(roomId: string): Promise<void> {
    return this.loadOnce(roomId, 'newer', (state) => this.loader.newer(state));
  }

  loadAround(roomId: string, messageId: string): Promise<void> {
    return this.loadOnce(roomId, 'around', (state) => this.loader.around(state, messageId));
  }

  loadNewest(roomId: string): Promise<void> {
    return this.loadOnce(roomId, 'newest', (state) => this.loader.newest(state));
  }

  // What a person does.

  send(roomId: string, content: string, more: { ai?: { provider?: string; model?: string }; reply_to?: string } = {}): string {
    const client_message_id = this.options.newId();
    this.outbox.add({ client_message_id, room_id: roomId, content, ...more });
    return client_message_id;
  }

  retrySend(clientMessageId: string): void {
    this.outbox.retry(clientMessageId);
  }

  discardSend(clientMessageId: string): void {
    this.outbox.remove(clientMessageId);
  }

  async edit(roomId: string, messageId: string, content: string): Promise<void> {
    this.rows(await this.asked(roomId, this.api.editMessage(roomId, messageId, { content })));
  }

  async exclude(roomId: string, messageId: string, exclude_from_ai: boolean): Promise<void> {
    this.rows(await this.asked(roomId, this.api.editMessage(roomId, messageId, { exclude_from_ai })));
  }

  async remove(roomId: string, messageId: string): Promise<void> {
    await this.asked(roomId, this.api.deleteMessage(roomId, messageId));
    // The answer has no body; the event shows the tombstone, and if it is lost the log does.
    this.held.get(roomId)?.stream.suspect();
  }

  async stopReply(roomId: string, messageId: string): Promise<void> {
    this.rows(await this.asked(roomId, this.api.stopReply(roomId, messageId)));
  }

  /** Asks again. A broken connection repeats the request under the same key, so that it can cost only once. */
  async regenerate(roomId: string, questionId: string): Promise<void> {
    const key = this.options.newId();
    for (let attempt = 1; ; attempt++) {
      try {
        this.rows(await this.asked(roomId, this.api.regenerateReply(roomId, questionId, key)));
        return;
      } catch (error) {
        const again = error instanceof ApiError ? error.status >= 500 : true;
        if (!again || attempt >= 4) throw error;
        await new Promise<void>((resolve) => this.clock.after(backoff(this.clock, attempt), resolve));
      }
    }
  }

  markRead(roomId: string, messageId: string): void {
    const held = this.held.get(roomId);
    if (held && this.reading.mark(held.state, messageId)) this.changed();
  }

  typing(roomId: string): void {
    if (this.board.shouldSend()) this.connection.send({ action: 'typing', room_id: roomId });
  }

  /** Takes a room that an answer of the API showed: made, changed or looked up. */
  roomIs(room: Room): void {
    this.hold(room);
    this.changed();
    if (this.viewing === room.id && this.running) void this.open(room.id);
  }

  private hold(room: Room): HeldRoom {
    const held = this.held.get(room.id);
    if (held) {
      held.state.roomIs(room);
      return held;
    }
    const state = new RoomState(room, this.options.myId, (id) => this.outbox.remove(id));
    const added: HeldRoom = { state, stream: new NumberedStream(this.clock, this.roomWork(state), room.latest_event), joins: 0 };
    this.held.set(room.id, added);
    this.gone.delete(room.id);
    const head = this.unknownHeads.get(room.id);
    if (head !== undefined) added.stream.headIs(head);
    this.unknownHeads.delete(room.id);
    return added;
  }

  /** Access is lost: nothing of the room stays. */
  purge(roomId: string): void {
    this.held.get(roomId)?.stream.close();
    this.held.delete(roomId);
    this.unknownHeads.delete(roomId);
    this.reading.forget(roomId);
    this.gone.add(roomId);
    this.outbox.purge(roomId);
    this.changed();
  }

  // The connection.

  private opened(): void {
    if (this.viewing !== null) this.connection.send({ action: 'view', room_id: this.viewing });
    if (this._roomsLoaded) this.suspectAll();
    else void this.loadRoomsUntilThere();
    this.retryNow();
    this.uncovered = [...this.held.keys()];
    this.connection.beat();
  }

  private retryNow(): void {
    this.outbox.retryNow();
    this.reading.retryNow();
    this.user.retryNow();
    for (const { stream } of this.held.values()) stream.retryNow();
  }

  private suspectAll(): void {
    if (!this.running) return;
    if (this._roomsLoaded) this.user.suspect();
    // The log is asked for the room on screen; the heads in pong tell which of the others are behind.
    this.uncovered = [...this.held.keys()];
    const viewed = this.viewing === null ? undefined : this.held.get(this.viewing);
    viewed?.stream.suspect();
    if (viewed) this.healRunning(viewed.state);
  }

  private healRunning(state: RoomState): void {
    for (const id of state.running()) this.healing.now(state, id);
  }

  private heartbeat(): object {
    if (this.uncovered.length === 0) this.uncovered = [...this.held.keys()];
    const asked = new Set(this.viewing !== null && this.held.has(this.viewing) ? [this.viewing] : []);
    while (asked.size < ROOMS_PER_HEARTBEAT && this.uncovered.length > 0) asked.add(this.uncovered.shift()!);
    const rooms: Record<string, number> = {};
    for (const id of asked) {
      const stream = this.held.get(id)?.stream;
      if (stream) rooms[id] = stream.lastEvent;
    }
    return { action: 'heartbeat', user: this.user.lastEvent, rooms };
  }

  private received(frame: Frame): void {
    switch (frame.type) {
      case 'ai.delta':
        return this.delta(frame as DeltaFrame);
      case 'typing':
        return this.board.heard(frame as Extract<Frame, { type: 'typing' }>);
      case 'pong':
        return this.pong(frame as PongFrame);
      case 'error':
        return;
      default:
        return this.event(frame as EventFrame);
    }
  }

  private event(event: EventFrame): void {
    if (event.stream === 'user') return this.user.pushed(event);
    const roomId = event.stream.slice('room:'.length);
    const held = this.held.get(roomId);
    if (held) return held.stream.pushed(event);
    this.unknownHeads.set(roomId, Math.max(this.unknownHeads.get(roomId) ?? 0, event.event));
  }

  private delta(delta: DeltaFrame): void {
    const state = this.held.get(delta.room_id)?.state;
    if (!state?.loaded) return;
    if (state.delta(delta)) this.healing.gap(state, delta.message_id);
    this.changed();
  }

  private pong(pong: PongFrame): void {
    if (this._roomsLoaded) this.user.headIs(pong.user);
    for (const [roomId, head] of Object.entries(pong.rooms)) {
      const held = this.held.get(roomId);
      if (!held) continue;
      if (head === null) {
        void this.lookUp(roomId);
        continue;
      }
      held.stream.headIs(head.event);
      if (!held.state.isReadBehind(head.read)) continue;
      if (head.read !== null && held.state.row(head.read)) {
        held.state.readIs(head.read, held.state.sequenceAt(head.read));
        this.changed();
      } else void this.lookUp(roomId);
    }
    if (this.uncovered.length > 0) this.connection.beat();
  }

  // The streams.

  private roomWork(state: RoomState) {
    const roomId = state.room.id;
    const known = async <T>(work: () => Promise<T>): Promise<T | 'gone'> => {
      const stillGone = this.accessNow(roomId);
      try {
        const answer = await work();
        this.changed();
        return answer;
      } catch (error) {
        if (!isGone(error) || !stillGone()) throw error;
        this.purge(roomId);
        return 'gone';
      }
    };
    return {
      apply: (event: EventFrame) => this.applyRoom(state, event),
      catchUp: (since: number): Promise<CaughtUp> => known(() => this.loader.catchUp(state, since)),
      reload: async () => {
        const answer = await known(() => this.loader.reload(state));
        return answer === 'gone' ? null : answer;
      },
    };
  }

  private applyRoom(state: RoomState, event: EventFrame): 'applied' | 'fetch' {
    const data = event.data as { ref?: string; user_id?: string };
    if (data.ref !== undefined) return 'fetch';
    const mine = event.type === 'member.removed' && data.user_id === this.options.myId;
    if (event.type === 'room.deleted' || mine) {
      this.purge(state.room.id);
      return 'applied';
    }
    state.event(event);
    if (event.type === 'message.created') {
      const sender = (event.data as unknown as Message).sender;
      if (sender) this.board.silent(state.room.id, sender.id);
    }
    this.changed();
    return 'applied';
  }

  private applyUser(event: EventFrame): 'applied' | 'fetch' {
    const data: unknown = event.data;
    if ((data as { ref?: string }).ref !== undefined) return 'fetch';
    if (event.type === 'room.left') this.purge((data as { room_id: string }).room_id);
    else if (event.type === 'room.joined') this.joined(data as Room);
    else if (event.type === 'message.created' || event.type === 'message.updated') this.rows(data as Message);
    return 'applied';
  }

  private async catchUpUser(since: number): Promise<CaughtUp> {
    const changes = await this.api.listMyChanges(since);
    if (changes.reset) return 'reset';
    for (const id of changes.removed_room_ids) this.purge(id);
    for (const room of changes.rooms) this.joined(room);
    for (const message of changes.messages) this.rows(message);
    this.changed();
    return { latestEvent: changes.latest_event, hasMore: changes.has_more };
  }

  /** A room that was left and joined again is loaded anew. */
  private joined(room: Room): void {
    const before = this.held.get(room.id);
    this.roomIs(room);
    if (!before) return;
    before.joins++;
    before.stream.suspect();
    if (before.state.loaded) void this.loadNewest(room.id);
  }

  private async loadRooms(): Promise<number> {
    const found = new Map<string, Room>();
    let from = Number.POSITIVE_INFINITY;
    let cursor: string | undefined;
    do {
      const page = await this.api.listRooms(cursor);
      for (const room of page.items) found.set(room.id, room);
      from = Math.min(from, page.latest_event);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    for (const roomId of this.held.keys()) if (!found.has(roomId)) void this.lookUp(roomId);
    for (const room of found.values()) this.roomIs(room);
    for (const { state } of this.held.values()) if (this._roomsLoaded && state.loaded) void this.loadNewest(state.room.id);
    this._roomsLoaded = true;
    this.changed();
    return from;
  }

  private async loadRoomsUntilThere(): Promise<void> {
    try {
      this.user.restartAt(await this.loadRooms());
      this.user.suspect();
      this.uncovered = [...this.held.keys()];
    } catch {
      this.clock.after(backoff(this.clock, this.roomsFailures++), () => {
        if (this.running && !this._roomsLoaded) void this.loadRoomsUntilThere();
      });
    }
  }

  // Loading.

  private async load(roomId: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const stillGone = this.accessNow(roomId);
      try {
        const held = this.held.get(roomId) ?? this.hold(await this.api.getRoom(roomId));
        if (!held.state.loaded) await this.loader.newest(held.state);
        this.changed();
        this.healRunning(held.state);
        if (!held.state.membersLoaded) await this.loader.members(held.state);
        this.changed();
        return;
      } catch (error) {
        if (isGone(error) && stillGone()) return this.purge(roomId);
        if (!this.running || (this.viewing !== roomId && attempt > 0)) return;
      }
      await new Promise<void>((resolve) => this.clock.after(backoff(this.clock, attempt), resolve));
    }
  }

  private loadOnce(roomId: string, what: string, work: (state: RoomState) => Promise<void>): Promise<void> {
    const key = `${roomId} ${what}`;
    const under = this.loads.get(key);
    if (under) return under;
    const held = this.held.get(roomId);
    if (!held) return Promise.resolve();
    const load = work(held.state)
      .then(() => {
        this.healRunning(held.state);
        this.changed();
      }, (error: unknown) => this.failed(roomId, error))
      .finally(() => this.loads.delete(key));
    this.loads.set(key, load);
    return load;
  }

  private async lookUp(roomId: string): Promise<void> {
    const stillGone = this.accessNow(roomId);
    try {
      const room = await this.api.getRoom(roomId);
      if (stillGone() && this.held.has(roomId)) this.roomIs(room);
    } catch (error) {
      if (isGone(error) && stillGone()) this.purge(roomId);
    }
  }

  /** Answers later whether access is still what it was when this was called: between the two one may have left or joined. */
  private accessNow(roomId: string): () => boolean {
    const held = this.held.get(roomId);
    const joins = held?.joins;
    return () => this.held.get(roomId) === held && held?.joins === joins;
  }

  /** Rows of an answer to a request. They never advance a stream, but tell how far it must come. */
  private rows(...messages: (Message | undefined)[]): void {
    for (const message of messages) {
      const held = message && this.held.get(message.room_id);
      if (!held) continue;
      held.state.messageIs(message);
      if (message.visibility === 'public') held.stream.headIs(message.event);
    }
    this.changed();
  }

  private async asked<T>(roomId: string, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      // A 404 may be about the message alone: whether the room is still mine is asked separately.
      if (isGone(error)) void this.lookUp(roomId);
      throw error;
    }
  }

  private failed(roomId: string, error: unknown): void {
    if (isGone(error) && this.held.has(roomId)) void this.lookUp(roomId);
    else this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

function activity(room: Room): string {
  return room.last_message?.created_at ?? room.created_at;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
