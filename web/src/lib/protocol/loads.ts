import { isGone } from './loader';
import { ApiError, backoff, type Api, type Clock } from './ports';
import type { RoomState } from './room-state';
import type { Roster } from './roster';

/** Whether a room can be shown. */
export type LoadState = 'loading' | 'ready' | 'gone';

export interface LoadsEvents {
  /** A room's part is there. */
  loaded(state: RoomState): void;
  failed(roomId: string, error: unknown): void;
  /** Whether somebody still waits for this room. */
  wanted(roomId: string): boolean;
}

/** However many come into a large room, its people are counted again only so often. */
const RECOUNT_MS = 5_000;
/** A page is shown before rows at the far end are let go: a list cannot follow both at once. */
const TRIM_MS = 50;

/** Loads rooms and their pages, each part once at a time. */
export class Loads {
  private readonly under = new Map<string, Promise<unknown>>();
  private readonly troubles = new Map<string, string>();
  private readonly waits = new Map<string, () => void>();

  constructor(
    private readonly clock: Clock,
    private readonly api: Api,
    private readonly roster: Roster,
    private readonly events: LoadsEvents,
  ) {}

  /** A room's newest messages and its people. Ends when they are there, or when the room turns out to be gone. */
  open(roomId: string): Promise<void> {
    return this.once(roomId, () => this.untilThere(roomId));
  }

  /** Why a room is not there yet, by the code of the last refusal. It is being tried again meanwhile. */
  trouble(roomId: string): string | null {
    return this.troubles.get(roomId) ?? null;
  }

  /** Nobody waits for the end of a backoff. */
  retryNow(): void {
    for (const resume of this.waits.values()) resume();
  }

  /** Answers whether the page could be read. */
  page(roomId: string, part: 'older' | 'newer' | 'newest'): Promise<boolean> {
    return this.part(roomId, part, async (state) => {
      await this.roster.loader[part](state);
      if (part === 'newest') return;
      this.clock.after(TRIM_MS, () => state.trim(part === 'older' ? 'newest' : 'oldest') && this.events.loaded(state));
    });
  }

  around(roomId: string, messageId: string): Promise<boolean> {
    return this.part(roomId, `around ${messageId}`, (state) => this.roster.loader.around(state, messageId));
  }

  /** Asks again how many people a room has. */
  recount(roomId: string): Promise<boolean> {
    return this.part(roomId, 'count', async (state) => {
      await new Promise<void>((resolve) => this.clock.after(RECOUNT_MS, resolve));
      if (state.membersLoaded) await this.roster.loader.members(state);
    });
  }

  /** Makes those of a large room known whose names begin so. */
  async named(roomId: string, name: string): Promise<void> {
    const held = this.roster.get(roomId);
    if (!held || held.state.membersComplete) return;
    await this.part(roomId, `named ${name}`, (state) => this.roster.loader.membersNamed(state, name));
  }

  private part(roomId: string, what: string, work: (state: RoomState) => Promise<void>): Promise<boolean> {
    const held = this.roster.get(roomId);
    if (!held) return Promise.resolve(false);
    return this.once(`${roomId} ${what}`, async () => {
      try {
        await work(held.state);
      } catch (error) {
        this.events.failed(roomId, error);
        return false;
      }
      this.events.loaded(held.state);
      return true;
    });
  }

  private once<T>(key: string, work: () => Promise<T>): Promise<T> {
    let load = this.under.get(key) as Promise<T> | undefined;
    if (!load) {
      load = work().finally(() => this.under.delete(key));
      this.under.set(key, load);
    }
    return load;
  }

  private async untilThere(roomId: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const stillSo = this.roster.accessNow(roomId);
      try {
        const { state } = this.roster.get(roomId) ?? this.roster.hold(await this.api.getRoom(roomId));
        if (!state.loaded) await this.roster.loader.newest(state);
        this.events.loaded(state);
        if (!state.membersLoaded) await this.roster.loader.members(state);
        this.troubles.delete(roomId);
        this.events.loaded(state);
        return;
      } catch (error) {
        if (isGone(error) && stillSo()) return this.roster.purge(roomId);
        this.troubles.set(roomId, error instanceof ApiError ? error.code : 'unreachable');
        this.events.failed(roomId, error);
        if (!this.events.wanted(roomId)) return;
      }
      await this.pause(roomId, backoff(this.clock, attempt));
      if (!this.events.wanted(roomId)) return;
    }
  }

  private pause(roomId: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        cancel();
        this.waits.delete(roomId);
        resolve();
      };
      const cancel = this.clock.after(ms, resume);
      this.waits.set(roomId, resume);
    });
  }
}
