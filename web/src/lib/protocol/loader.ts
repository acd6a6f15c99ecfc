import { ApiError, type Api, type PageQuery } from './ports';
import type { CaughtUp, NumberedStream } from './numbered-stream';
import { byId } from './rows';
import type { RoomState } from './room-state';
import type { Message, MessagePage, Room } from './types';

const PAGE = 50;

interface Streams {
  room(roomId: string): NumberedStream | undefined;
  user: NumberedStream;
}

/** Reads a room over HTTP and merges what it reads with what was pushed meanwhile. */
export class RoomLoader {
  constructor(
    private readonly api: Api,
    private readonly streams: Streams,
  ) {}

  async newest(state: RoomState): Promise<void> {
    const page = await this.page(state, { limit: PAGE });
    state.showNewest(page.rows, page.edge);
  }

  /** Takes a newest page that was fetched elsewhere, as by the server that rendered it. */
  async newestFrom(state: RoomState, given: MessagePage): Promise<void> {
    if (this.isComplete(state, given)) return state.showNewest(given.items, given.next_cursor);
    await this.newest(state);
  }

  async around(state: RoomState, messageId: string): Promise<void> {
    const roomId = state.room.id;
    const page = await this.api.listMessages(roomId, { around: messageId, limit: PAGE });
    const ids = page.items.map((row) => row.id).sort();
    const [first, last] = [ids[0], ids.at(-1)];
    if (first === undefined || last === undefined) return this.newest(state);
    // `around` does not say whether there is more on either side: one row beyond each end does.
    const [older, newer] = await Promise.all([
      this.api.listMessages(roomId, { before: first, limit: 1 }),
      this.api.listMessages(roomId, { after: last, limit: 1 }),
    ]);
    const changed = await this.since(state, page);
    if (changed === null) return this.around(state, messageId);
    // A page may be empty although there is more.
    const reachesEnd = newer.items.length === 0 && newer.next_cursor === null;
    const reachesBeginning = older.items.length === 0 && older.next_cursor === null;
    const rows = changed.filter((row) => row.id >= first && (reachesEnd || row.id <= last));
    state.showPage([...page.items, ...rows], reachesBeginning ? null : first, reachesEnd ? null : last);
  }

  async older(state: RoomState): Promise<void> {
    const from = state.oldestId;
    if (from === null) return;
    const page = await this.page(state, { before: from, limit: PAGE });
    if (state.oldestId === from) state.addOlder(page.rows, page.edge);
  }

  async newer(state: RoomState): Promise<void> {
    const to = state.newestId;
    if (to === null) return;
    const page = await this.page(state, { after: to, limit: PAGE });
    if (state.newestId === to) state.addNewer(page.rows, page.edge);
  }

  /** The first page of a room's people, and how many there are: of a large room, others become known as they are needed. */
  async members(state: RoomState): Promise<void> {
    const page = await this.api.listMembers(state.room.id);
    const members = new Map(page.items.map((member) => [member.user.id, member]));
    let from = page.latest_event;
    while (from < this.lastEvent(state)) {
      const changes = await this.api.listChanges(state.room.id, from);
      if (changes.reset) return this.members(state);
      for (const id of changes.removed_member_ids) members.delete(id);
      for (const member of changes.members) members.set(member.user.id, member);
      if (changes.latest_event <= from) break;
      from = changes.latest_event;
    }
    state.membersAre([...members.values()], page.next_cursor === null ? null : page.total);
  }

  /** Makes those known whose names begin so. */
  async membersNamed(state: RoomState, name: string): Promise<void> {
    state.membersKnown((await this.api.listMembers(state.room.id, { name })).items);
  }

  /** The catch-up of a room's stream: one answer of the log, applied. */
  async catchUp(state: RoomState, since: number): Promise<CaughtUp> {
    const changes = await this.api.listChanges(state.room.id, since);
    if (changes.reset) return 'reset';
    for (const message of [...changes.messages].sort(byId)) state.messageIs(message);
    for (const userId of changes.removed_member_ids) state.memberRemoved(userId, changes.latest_event);
    for (const member of changes.members) state.memberIs(member);
    if (changes.room) state.roomIs(changes.room);
    return { latestEvent: changes.latest_event, hasMore: changes.has_more };
  }

  /** Loads a room anew and answers the lowest number of what it read. */
  async reload(state: RoomState): Promise<number> {
    const room: Room = await this.api.getRoom(state.room.id);
    let from = room.latest_event;
    if (state.loaded) {
      const page = await this.api.listMessages(state.room.id, { limit: PAGE });
      state.showNewest(page.items, page.next_cursor);
      from = Math.min(from, page.latest_event);
    }
    if (state.membersLoaded) {
      const page = await this.api.listMembers(state.room.id);
      from = Math.min(from, page.latest_event);
      state.forgetMembers();
      state.membersAre(page.items, page.next_cursor === null ? null : page.total);
    }
    state.startAnew(room);
    return from;
  }

  /** A page with at least one message in it, unless there is none; `edge` is where the next one begins. */
  private async page(state: RoomState, query: PageQuery): Promise<{ rows: Message[]; edge: string | null }> {
    const page = await this.api.listMessages(state.room.id, query);
    const edge = page.next_cursor;
    if (page.items.length === 0 && edge !== null) return this.page(state, { ...query, [query.after === undefined ? 'before' : 'after']: edge });
    const changed = await this.since(state, page);
    if (changed === null) return this.page(state, query);
    return { rows: [...page.items, ...changed.filter((row) => belongs(row, query, edge))], edge };
  }

  private isComplete(state: RoomState, page: MessagePage): boolean {
    return page.latest_event >= this.lastEvent(state) && page.user_event >= this.streams.user.lastEvent;
  }

  /** What happened between a page's snapshot and what the streams hold, or null if the log no longer knows. */
  private async since(state: RoomState, page: MessagePage): Promise<Message[] | null> {
    const rows: Message[] = [];
    let { latest_event, user_event } = page;
    // Both are asked anew after each wait: the streams go on meanwhile.
    while (latest_event < this.lastEvent(state) || user_event < this.streams.user.lastEvent) {
      if (latest_event < this.lastEvent(state)) {
        const changes = await this.api.listChanges(state.room.id, latest_event);
        if (changes.reset || changes.latest_event <= latest_event) return null;
        rows.push(...changes.messages);
        latest_event = changes.latest_event;
      } else {
        const changes = await this.api.listMyChanges(user_event);
        if (changes.reset || changes.latest_event <= user_event) return null;
        rows.push(...changes.messages.filter((row) => row.room_id === state.room.id));
        user_event = changes.latest_event;
      }
    }
    return rows;
  }

  private lastEvent(state: RoomState): number {
    return this.streams.room(state.room.id)?.lastEvent ?? 0;
  }
}

/** Whether a changed row lies in the part of the room that a page covers. */
function belongs({ id }: Message, { before, after }: PageQuery, edge: string | null): boolean {
  if (after !== undefined) return id > after && (edge === null || id <= edge);
  return (before === undefined || id < before) && (edge === null || id >= edge);
}

export function isGone(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || error.code === 'gone');
}
