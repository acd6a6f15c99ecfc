import { Connection } from './connection';
import { Healing } from './healing';
import { heartbeat } from './heartbeat';
import { Listeners } from './listeners';
import { isGone } from './loader';
import { Loads, type LoadState } from './loads';
import { Outbox } from './outbox';
import type { Api, ClientOptions } from './ports';
import { People } from './people';
import { Reading } from './reading';
import { repeated } from './repeated';
import { EMPTY_TIMELINE, type RoomState } from './room-state';
import { RoomList } from './room-list';
import { Roster } from './roster';
import type { Thinking, ThinkingFrame } from './thinking';
import { TypingBoard, type Typer } from './typing';
import { Visits } from './visits';
import type { AskAgain, ConnectionState, DeltaFrame, EventFrame, Frame, Member, Message, MessagePage, NoticeFrame, PongFrame, Room, RoomPage, RoomView, Timeline, Unsent } from './types';

const NO_MEMBERS: readonly Member[] = [];

/**
 * One person's live view of their rooms. The socket is only a hint; the durable log is read by HTTP, and at the end what is held
 * here equals the database. Nothing here knows of React or of a browser.
 */
export class RealtimeClient {
  private readonly api: Api;
  private readonly connection: Connection;
  private readonly outbox: Outbox;
  private readonly healing: Healing;
  private readonly reading: Reading;
  private readonly board: TypingBoard;
  private readonly roster: Roster;
  private readonly loads: Loads;
  private readonly listeners: Listeners;
  readonly people: People;
  private readonly visits = new Visits();
  private readonly list: RoomList;
  private running = false;

  constructor(private readonly options: ClientOptions) {
    const { api, clock } = options;
    this.api = api;
    this.listeners = new Listeners(clock);
    const changed = () => this.changed();
    const failed = (roomId: string, error: unknown) => this.failed(roomId, error);
    this.roster = new Roster(clock, api, options.myId, {
      changed,
      ownArrived: (id) => this.outbox.remove(id),
      answered: (roomId) => this.outbox.release(roomId),
      spoke: (roomId, userId) => this.board.silent(roomId, userId),
      invited: () => options.invited?.(),
      held: (roomId) => this.visits.viewing === roomId && this.running && void this.open(roomId),
      recount: (roomId) => void this.loads.recount(roomId),
      stale: (roomId) => this.roster.get(roomId)?.state.loaded && void this.loadNewest(roomId),
      purged: (roomId) => {
        this.reading.forget(roomId);
        this.outbox.purge(roomId);
      },
    });
    this.list = new RoomList(this.roster);
    this.loads = new Loads(clock, api, this.roster, {
      failed,
      loaded: (state) => {
        this.healRunning(state);
        this.changed();
      },
      wanted: (roomId) => this.running && this.visits.viewing === roomId,
    });
    this.people = new People(this.roster, this.loads, changed);
    this.outbox = new Outbox(clock, api, options.storage, { changed, failed, sent: (answer) => this.roster.rows(answer.message, answer.ai_message) });
    this.healing = new Healing(clock, api, changed, failed);
    this.reading = new Reading(clock, api, failed);
    this.board = new TypingBoard(clock, changed);
    this.connection = new Connection(clock, api, options.openSocket, {
      opened: () => this.opened(),
      received: (frame) => this.received(frame),
      stateChanged: changed,
      heartbeat: () => heartbeat(this.visits, this.roster),
    });
  }

  // What is shown. Answers keep their identity until they change.

  subscribe(listener: () => void): () => void {
    return this.listeners.add(listener);
  }

  get connectionState(): ConnectionState {
    return this.connection.state;
  }

  get roomsLoaded(): boolean {
    return this.roster.loaded;
  }

  /** My rooms, newest activity first. */
  rooms(): readonly RoomView[] {
    return this.list.get();
  }

  room(roomId: string): RoomView | undefined {
    return this.roster.get(roomId)?.state.view();
  }

  loadState(roomId: string): LoadState {
    if (this.roster.isGone(roomId)) return 'gone';
    return this.roster.get(roomId)?.state.loaded ? 'ready' : 'loading';
  }

  /** Why a room or its people cannot be loaded now, as a code; null while nothing is amiss. */
  loadTrouble(roomId: string): string | null {
    return this.loads.trouble(roomId);
  }

  timeline(roomId: string): Timeline {
    return this.roster.get(roomId)?.state.timeline(this.outbox.of(roomId)) ?? EMPTY_TIMELINE;
  }

  /** What a model that thinks has told so far. */
  thinking(roomId: string, messageId: string): Thinking | undefined {
    return this.roster.get(roomId)?.state.thinking(messageId);
  }

  members(roomId: string): readonly Member[] {
    return this.roster.get(roomId)?.state.members() ?? NO_MEMBERS;
  }

  typers(roomId: string): readonly Typer[] {
    return this.board.of(roomId);
  }

  /** Whether no stream is known to lack anything. */
  get isCurrent(): boolean {
    return this.roster.isCurrent;
  }

  // Life.

  /** Takes the rooms that the server which rendered the page had read. */
  seed(rooms: RoomPage): void {
    this.roster.seed(rooms.items, rooms.latest_event, rooms.next_cursor === null);
  }

  /** Takes a room's newest page in the same way. It may come while a page is being rendered, so nobody is told. */
  seedRoom(room: Room, messages: MessagePage): void {
    const { state, stream } = this.roster.hold(room);
    if (messages.items.length === 0 && messages.next_cursor !== null) return;
    if (state.loaded || messages.latest_event < stream.lastEvent || messages.user_event < this.roster.user.lastEvent) return;
    state.showNewest(messages.items, messages.next_cursor);
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.connection.start();
    this.outbox.start();
  }

  stop(): void {
    this.running = false;
    this.listeners.stop();
    this.connection.stop();
    this.outbox.stop();
    this.board.stop();
    this.reading.stop();
    this.healing.stop();
    this.roster.rest();
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

  /** This tab is the one to be used, although others have taken its place. */
  useHere(): void {
    this.connection.takeBack();
  }

  /** The network seems to be gone. A socket does not notice by itself, so its pulse is felt now. */
  networkIsGone(): void {
    this.connection.beat();
  }

  /** Says which room is on screen, and loads it. */
  view(roomId: string | null): void {
    const left = this.visits.view(roomId);
    this.connection.send({ action: 'view', room_id: roomId });
    for (const id of left) this.roster.get(id)?.state.letGo();
    if (roomId !== null) void this.open(roomId);
  }

  /** Whether the newest messages are what is read, or earlier ones, which then stay although new ones come. */
  follows(roomId: string, following: boolean): void {
    const held = this.roster.get(roomId);
    if (held) held.state.following = following;
  }

  /** Loads a room's newest messages and its people, once. Ends when they are there, or when the room turns out to be gone. */
  open(roomId: string): Promise<void> {
    return this.loads.open(roomId);
  }

  loadOlder(roomId: string): Promise<boolean> {
    return this.loads.page(roomId, 'older');
  }

  loadNewer(roomId: string): Promise<boolean> {
    return this.loads.page(roomId, 'newer');
  }

  /** Answers whether the page could be read; the message need not be in it. */
  loadAround(roomId: string, messageId: string): Promise<boolean> {
    return this.loads.around(roomId, messageId);
  }

  loadNewest(roomId: string): Promise<boolean> {
    return this.loads.page(roomId, 'newest');
  }

  // What a person does.

  send(roomId: string, content: string, more: Pick<Unsent, 'ai' | 'reply_to' | 'mentions' | 'visibility'> = {}): string {
    const client_message_id = this.options.newId();
    this.outbox.add({ client_message_id, room_id: roomId, content, ...more });
    return client_message_id;
  }

  /** Tries a refused message again; with a wish, its question of another model. */
  retrySend(clientMessageId: string, ai?: Unsent['ai']): void {
    this.outbox.retry(clientMessageId, ai);
  }

  discardSend(clientMessageId: string): void {
    this.outbox.remove(clientMessageId);
  }

  async edit(roomId: string, messageId: string, content: string): Promise<void> {
    this.roster.rows(await this.asked(roomId, this.api.editMessage(roomId, messageId, { content })));
  }

  async exclude(roomId: string, messageId: string, exclude_from_ai: boolean): Promise<void> {
    this.roster.rows(await this.asked(roomId, this.api.editMessage(roomId, messageId, { exclude_from_ai })));
  }

  async remove(roomId: string, messageId: string): Promise<void> {
    await this.asked(roomId, this.api.deleteMessage(roomId, messageId));
    // The answer has no body; the event shows the tombstone, and if it is lost the log does.
    this.roster.get(roomId)?.stream.suspect();
  }

  async stopReply(roomId: string, messageId: string): Promise<void> {
    this.roster.rows(await this.asked(roomId, this.api.stopReply(roomId, messageId)));
  }

  /** Asks again, the room's model unless another is wished for. A broken connection repeats the request under the same key, so that it can cost only once. */
  async regenerate(roomId: string, questionId: string, wish: AskAgain = {}): Promise<void> {
    const key = this.options.newId();
    this.roster.rows(await repeated(this.options.clock, () => this.asked(roomId, this.api.regenerateReply(roomId, questionId, key, wish))));
  }

  markRead(roomId: string, messageId: string): void {
    const held = this.roster.get(roomId);
    if (held && this.reading.mark(held.state, messageId)) this.changed();
  }

  typing(roomId: string): void {
    if (this.board.shouldSend()) this.connection.send({ action: 'typing', room_id: roomId });
  }

  /** Takes a room that an answer of the API showed: made, changed or looked up. */
  roomIs(room: Room): void {
    this.roster.hold(room);
    this.changed();
    if (this.visits.viewing === room.id && this.running) void this.open(room.id);
  }

  /** Takes a message that an answer of the API showed. */
  messageIs(message: Message): void { this.roster.rows(message); }

  /** Access is lost: nothing of the room stays. */
  purge(roomId: string): void {
    this.roster.purge(roomId);
  }

  // The connection.

  private opened(): void {
    if (this.visits.viewing !== null) this.connection.send({ action: 'view', room_id: this.visits.viewing });
    if (this.roster.loaded) this.suspectAll();
    else void this.roster.loadUntilThere(() => this.running);
    this.retryNow();
    this.visits.coverAll(this.roster.ids());
    // What was noticed without a connection was told to nobody here; jobs are looked at by themselves.
    this.options.noticed?.('balance');
    this.connection.beat();
  }

  private retryNow(): void {
    this.loads.retryNow();
    this.outbox.retryNow();
    this.reading.retryNow();
    this.roster.retryNow();
  }

  private suspectAll(): void {
    if (!this.running) return;
    if (this.roster.loaded) this.roster.user.suspect();
    // The log is asked for the room on screen; the heads in pong tell which of the others are behind.
    this.visits.coverAll(this.roster.ids());
    const viewed = this.visits.viewing === null ? undefined : this.roster.get(this.visits.viewing);
    viewed?.stream.suspect();
    if (viewed) this.healRunning(viewed.state);
  }

  private healRunning(state: RoomState): void {
    for (const id of state.running()) this.healing.now(state, id);
  }

  private received(frame: Frame): void {
    switch (frame.type) {
      case 'ai.delta':
        return this.delta(frame as DeltaFrame);
      case 'ai.thinking':
        return this.thinks(frame as ThinkingFrame);
      case 'typing':
        return this.board.heard(frame as Extract<Frame, { type: 'typing' }>);
      case 'pong':
        return this.pong(frame as PongFrame);
      case 'notice':
        return this.options.noticed?.((frame as NoticeFrame).kind);
      case 'error': // Something asked for the room on screen was refused: is it still mine?
        return void (this.visits.viewing !== null && this.roster.lookUp(this.visits.viewing));
      default:
        return this.roster.pushed(frame as EventFrame);
    }
  }

  private delta(delta: DeltaFrame): void {
    const state = this.roster.get(delta.room_id)?.state;
    if (!state?.loaded) return;
    if (state.delta(delta)) this.healing.gap(state, delta.message_id);
    this.listeners.tellSoon();
  }

  private thinks(frame: ThinkingFrame): void {
    this.roster.get(frame.room_id)?.state.thinks(frame);
    this.listeners.tellSoon();
  }

  private pong(pong: PongFrame): void {
    if (this.roster.loaded) this.roster.user.headIs(pong.user);
    for (const [roomId, head] of Object.entries(pong.rooms)) {
      const held = this.roster.get(roomId);
      if (!held) continue;
      if (head === null) {
        void this.roster.lookUp(roomId);
        continue;
      }
      held.stream.headIs(head.event);
      if (!held.state.isReadBehind(head.read)) continue;
      if (head.read !== null && held.state.row(head.read)) {
        held.state.readIs(head.read, held.state.sequenceAt(head.read));
        this.changed();
      } else void this.roster.lookUp(roomId);
    }
    if (!this.visits.covered) this.connection.beat();
  }

  private async asked<T>(roomId: string, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      // A 404 may be about the message alone: whether the room is still mine is asked separately.
      if (isGone(error)) void this.roster.lookUp(roomId);
      throw error;
    }
  }

  private failed(roomId: string, error: unknown): void {
    if (isGone(error) && this.roster.get(roomId)) void this.roster.lookUp(roomId);
    else this.changed();
  }

  private changed(): void {
    this.list.changed();
    this.listeners.tell();
  }
}
