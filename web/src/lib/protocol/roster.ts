import { isGone, RoomLoader } from './loader';
import { NumberedStream, type CaughtUp } from './numbered-stream';
import { backoff, type Api, type Clock } from './ports';
import { RoomState } from './room-state';
import type { EventFrame, Message, Room } from './types';

export interface HeldRoom {
  state: RoomState;
  stream: NumberedStream;
  /** How often it was joined while held: an answer from before a join says nothing about access after it. */
  joins: number;
}

export interface RosterEvents {
  changed(): void;
  /** A message of mine is among the rows: it need not be sent any more. */
  ownArrived(clientMessageId: string): void;
  spoke(roomId: string, userId: string): void;
  held(roomId: string): void;
  purged(roomId: string): void;
  /** What was held of a room's messages may lack what happened while one was out of it. */
  stale(roomId: string): void;
  /** An answer has ended in a room. */
  answered(roomId: string): void;
  /** How many people a room has must be asked again. */
  recount(roomId: string): void;
  /** My open invitations are not what they were. */
  invited(): void;
}

/** The rooms one is in, each with its stream, and the person's own stream that says which rooms these are. */
export class Roster {
  readonly user: NumberedStream;
  readonly loader: RoomLoader;
  private readonly rooms = new Map<string, HeldRoom>();
  private readonly gone = new Set<string>();
  private readonly unknownHeads = new Map<string, number>();
  private _loaded = false;
  private failures = 0;

  constructor(
    private readonly clock: Clock,
    private readonly api: Api,
    private readonly myId: string,
    private readonly events: RosterEvents,
  ) {
    this.user = new NumberedStream(clock, { apply: (event) => this.applyUser(event), catchUp: (since) => this.catchUpUser(since), reload: () => this.load() }, 0);
    this.loader = new RoomLoader(api, { room: (id) => this.rooms.get(id)?.stream, user: this.user });
  }

  get loaded(): boolean {
    return this._loaded;
  }

  get isCurrent(): boolean {
    return this._loaded && this.user.isCurrent && this.all().every(({ stream }) => stream.isCurrent);
  }

  all(): HeldRoom[] {
    return [...this.rooms.values()];
  }

  ids(): string[] {
    return [...this.rooms.keys()];
  }

  get(roomId: string): HeldRoom | undefined {
    return this.rooms.get(roomId);
  }

  isGone(roomId: string): boolean {
    return this.gone.has(roomId);
  }

  /** Takes a first page of rooms that was read elsewhere. */
  seed(rooms: readonly Room[], userEvent: number, whole: boolean): void {
    this.user.restartAt(userEvent);
    for (const room of rooms) this.hold(room);
    this._loaded = whole;
  }

  hold(room: Room): HeldRoom {
    const held = this.rooms.get(room.id);
    if (held) {
      held.state.roomIs(room);
      return held;
    }
    const state = new RoomState(room, this.myId, (id) => this.events.ownArrived(id));
    const added: HeldRoom = { state, stream: new NumberedStream(this.clock, this.work(state), room.latest_event), joins: 0 };
    this.rooms.set(room.id, added);
    this.gone.delete(room.id);
    const head = this.unknownHeads.get(room.id);
    if (head !== undefined) added.stream.headIs(head);
    this.unknownHeads.delete(room.id);
    return added;
  }

  /** Access is lost: nothing of the room stays. */
  purge(roomId: string): void {
    this.rooms.get(roomId)?.stream.close();
    this.rooms.delete(roomId);
    this.unknownHeads.delete(roomId);
    this.gone.add(roomId);
    this.events.purged(roomId);
    this.events.changed();
  }

  /** Asks whether a room is still mine, and how it is now. */
  async lookUp(roomId: string): Promise<void> {
    const stillSo = this.accessNow(roomId);
    try {
      const room = await this.api.getRoom(roomId);
      if (stillSo() && this.rooms.has(roomId)) this.hold(room);
      this.events.changed();
    } catch (error) {
      if (isGone(error) && stillSo()) this.purge(roomId);
    }
  }

  /** Answers later whether access is still what it was when this was called: between the two one may have left or joined. */
  accessNow(roomId: string): () => boolean {
    const held = this.rooms.get(roomId);
    const joins = held?.joins;
    return () => this.rooms.get(roomId) === held && held?.joins === joins;
  }

  pushed(event: EventFrame): void {
    if (event.stream === 'user') return this.user.pushed(event);
    const roomId = event.stream.slice('room:'.length);
    const held = this.rooms.get(roomId);
    if (held) return held.stream.pushed(event);
    this.unknownHeads.set(roomId, Math.max(this.unknownHeads.get(roomId) ?? 0, event.event));
  }

  /** Rows of an answer to a request. They never advance a stream, but tell how far it must come. */
  rows(...messages: (Message | undefined)[]): void {
    for (const message of messages) {
      const held = message && this.rooms.get(message.room_id);
      if (!held) continue;
      held.state.messageIs(message);
      this.answered(message);
      if (message.visibility === 'public') held.stream.headIs(message.event);
    }
    this.events.changed();
  }

  async loadUntilThere(wanted: () => boolean): Promise<void> {
    try {
      this.user.restartAt(await this.load());
      this.user.suspect();
    } catch {
      this.clock.after(backoff(this.clock, this.failures++), () => {
        if (wanted() && !this._loaded) void this.loadUntilThere(wanted);
      });
    }
  }

  retryNow(): void {
    this.user.retryNow();
    for (const { stream } of this.rooms.values()) stream.retryNow();
  }

  rest(): void {
    this.user.rest();
    for (const { stream } of this.rooms.values()) stream.rest();
  }

  private async load(): Promise<number> {
    const found = new Map<string, Room>();
    let from = Number.POSITIVE_INFINITY;
    let cursor: string | undefined;
    do {
      const page = await this.api.listRooms(cursor);
      for (const room of page.items) found.set(room.id, room);
      from = Math.min(from, page.latest_event);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    for (const roomId of this.rooms.keys()) if (!found.has(roomId)) void this.lookUp(roomId);
    for (const room of found.values()) {
      this.hold(room);
      this.events.held(room.id);
    }
    if (this._loaded) for (const roomId of found.keys()) this.events.stale(roomId);
    this._loaded = true;
    this.events.invited();
    this.events.changed();
    return from;
  }

  private work(state: RoomState) {
    const roomId = state.room.id;
    const known = async <T>(ask: () => Promise<T>): Promise<T | 'gone'> => {
      const stillSo = this.accessNow(roomId);
      try {
        const answer = await ask();
        this.events.changed();
        return answer;
      } catch (error) {
        if (!isGone(error) || !stillSo()) throw error;
        this.purge(roomId);
        return 'gone';
      }
    };
    return {
      apply: (event: EventFrame) => this.applyRoom(state, event),
      catchUp: (since: number): Promise<CaughtUp> => known(async () => {
        const caughtUp = await this.loader.catchUp(state, since);
        if (state.recount) this.events.recount(roomId);
        return caughtUp;
      }),
      reload: async () => {
        const answer = await known(() => this.loader.reload(state));
        return answer === 'gone' ? null : answer;
      },
    };
  }

  private applyRoom(state: RoomState, event: EventFrame): 'applied' | 'fetch' {
    const data = event.data as { ref?: string; user_id?: string };
    if (data.ref !== undefined) return 'fetch';
    const mine = event.type === 'member.removed' && data.user_id === this.myId;
    if (event.type === 'room.deleted' || mine) {
      this.purge(state.room.id);
      return 'applied';
    }
    const began = state.room.first_sequence;
    state.event(event);
    // Of what is kept no more, some may have named me: how much is left, the room says.
    if (state.room.first_sequence > began && state.view().mentions > 0) void this.lookUp(state.room.id);
    if (state.recount) this.events.recount(state.room.id);
    if (event.type === 'message.created') {
      const sender = (event.data as unknown as Message).sender;
      if (sender) this.events.spoke(state.room.id, sender.id);
    }
    if (event.type === 'message.updated') this.answered(event.data as unknown as Message);
    this.events.changed();
    return 'applied';
  }

  private answered({ type, status, room_id: roomId }: Message): void {
    if (type === 'ai' && status !== 'pending' && status !== 'streaming') this.events.answered(roomId);
  }

  private applyUser(event: EventFrame): 'applied' | 'fetch' {
    const data: unknown = event.data;
    if ((data as { ref?: string }).ref !== undefined) return 'fetch';
    if (event.type === 'room.left') this.purge((data as { room_id: string }).room_id);
    else if (event.type === 'room.joined') this.joined(data as Room);
    else if (event.type === 'invitation.created' || event.type === 'invitation.updated') this.events.invited();
    else if (event.type === 'message.created' || event.type === 'message.updated') this.rows(data as Message);
    this.events.changed();
    return 'applied';
  }

  private async catchUpUser(since: number): Promise<CaughtUp> {
    const changes = await this.api.listMyChanges(since);
    if (changes.reset) return 'reset';
    for (const id of changes.removed_room_ids) this.purge(id);
    for (const room of changes.rooms) this.joined(room);
    for (const message of changes.messages) this.rows(message);
    if (changes.invitations.length > 0) this.events.invited();
    this.events.changed();
    return { latestEvent: changes.latest_event, hasMore: changes.has_more };
  }

  /** A room that was left and joined again is loaded anew. */
  private joined(room: Room): void {
    const before = this.rooms.get(room.id);
    this.hold(room);
    this.events.held(room.id);
    if (!before) return;
    before.joins++;
    before.stream.suspect();
    this.events.stale(room.id);
  }
}
