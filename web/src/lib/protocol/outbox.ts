import { ApiError, backoff, type Api, type Clock, type OutboxStorage } from './ports';
import type { SentMessage, Unsent } from './types';

export interface OutboxEvents {
  changed(): void;
  /** The API's answer: the rows, under their own ids. */
  sent(answer: SentMessage): void;
  failed(roomId: string, error: unknown): void;
}

const NONE: readonly Unsent[] = [];

/** In seconds. Who is asked to wait longer is told so instead, and what was written after it goes on its way. */
const LONGEST_WAIT_S = 60;

/** How long a question waits for an answer to end before it is tried all the same: what told of that end may be lost. */
const QUEUED_MS = 15_000;

/**
 * Sends what was written, in order within a room, until the API has answered for good. The same body goes again under the same
 * client_message_id after a timeout or a 5xx, and after a reload of the page; the API stores it once.
 */
export class Outbox {
  private readonly entries = new Map<string, Unsent>();
  private readonly byRoom = new Map<string, readonly Unsent[]>();
  private readonly busy = new Set<string>();
  private readonly waits = new Map<string, () => void>();
  private readonly queues = new Map<string, () => void>();
  private readonly failures = new Map<string, number>();
  private running = false;
  private unwatch: (() => void) | null = null;
  private stored = new Set<string>();

  constructor(
    private readonly clock: Clock,
    private readonly api: Pick<Api, 'sendMessage'>,
    private readonly storage: OutboxStorage,
    private readonly events: OutboxEvents,
  ) {
    for (const entry of storage.all()) this.entries.set(entry.client_message_id, entry.state === 'refused' ? entry : { ...entry, state: 'waiting' });
  }

  start(): void {
    this.running = true;
    this.unwatch ??= this.storage.watch(() => this.follow());
    this.adopt(() => true);
    this.pumpAll();
  }

  stop(): void {
    this.running = false;
    this.unwatch?.();
    this.unwatch = null;
    for (const cancel of [...this.waits.values(), ...this.queues.values()]) cancel();
    this.waits.clear();
    this.queues.clear();
  }

  /** In the order in which they were written. */
  of(roomId: string): readonly Unsent[] {
    let entries = this.byRoom.get(roomId);
    if (!entries) {
      const found = [...this.entries.values()].filter((entry) => entry.room_id === roomId).sort((a, b) => a.written_at - b.written_at);
      entries = found.length > 0 ? found : NONE;
      this.byRoom.set(roomId, entries);
    }
    return entries;
  }

  rooms(): string[] {
    return [...new Set([...this.entries.values()].map((entry) => entry.room_id))];
  }

  add(entry: Omit<Unsent, 'state' | 'written_at'>): void {
    const last = this.of(entry.room_id).at(-1)?.written_at ?? 0;
    this.put({ ...entry, written_at: Math.max(this.clock.now(), last + 1), state: 'sending' });
    this.pump(entry.room_id);
  }

  /** Tries a refused message again, under its own id: a refusal stored nothing. */
  retry(clientMessageId: string, ai?: Unsent['ai']): void {
    const entry = this.entries.get(clientMessageId);
    if (!entry) return;
    this.put({ ...entry, ...(ai && { ai }), state: 'sending', code: undefined });
    this.pump(entry.room_id);
  }

  /** An answer has ended in the room: what waited for that is asked now. */
  release(roomId: string): void {
    this.queues.get(roomId)?.();
    this.queues.delete(roomId);
    for (const entry of this.of(roomId)) if (entry.state === 'queued') this.put({ ...entry, state: 'waiting' });
    this.pump(roomId);
  }

  /** Forgets a message: it was refused, or an event has shown that it arrived. */
  remove(clientMessageId: string): void {
    const entry = this.entries.get(clientMessageId);
    if (!entry) return;
    this.entries.delete(clientMessageId);
    this.storage.remove(clientMessageId);
    this.byRoom.delete(entry.room_id);
    this.events.changed();
  }

  has(clientMessageId: string): boolean {
    return this.entries.has(clientMessageId);
  }

  purge(roomId: string): void {
    for (const entry of this.of(roomId)) this.remove(entry.client_message_id);
    for (const kind of [this.waits, this.queues]) {
      kind.get(roomId)?.();
      kind.delete(roomId);
    }
  }

  /** The connection is back: nobody waits for the end of a backoff. */
  retryNow(): void {
    this.adopt(() => true);
    for (const [roomId, cancel] of this.waits) {
      cancel();
      this.waits.delete(roomId);
      this.failures.delete(roomId);
    }
    for (const roomId of this.rooms()) this.release(roomId);
  }

  /** Another page changed what is stored. What it could not send is sent from here; what it sent or discarded is forgotten. */
  private follow(): void {
    const stored = new Set(this.storage.all().map((entry) => entry.client_message_id));
    // A full disk may have kept nothing of what stands here alone.
    for (const id of this.stored) if (!stored.has(id)) this.remove(id);
    this.adopt((entry) => entry.state === 'waiting');
    this.pumpAll();
  }

  /** Takes over what other pages have left. Should two send the same, the API stores it once. */
  private adopt(wanted: (entry: Unsent) => boolean): void {
    const all = this.storage.all();
    this.stored = new Set(all.map((entry) => entry.client_message_id));
    const found = all.filter((entry) => !this.entries.has(entry.client_message_id) && wanted(entry));
    for (const entry of found) {
      this.entries.set(entry.client_message_id, entry.state === 'refused' ? entry : { ...entry, state: 'waiting' });
      this.byRoom.delete(entry.room_id);
    }
    if (found.length > 0) this.events.changed();
  }

  private pumpAll(): void {
    for (const roomId of this.rooms()) this.pump(roomId);
  }

  private pump(roomId: string): void {
    if (!this.running || this.busy.has(roomId) || this.waits.has(roomId)) return;
    const entry = this.of(roomId).find(({ state }) => state !== 'refused' && state !== 'queued');
    if (entry) void this.send(entry);
  }

  private async send(entry: Unsent): Promise<void> {
    const roomId = entry.room_id;
    this.busy.add(roomId);
    if (entry.state !== 'sending') this.put({ ...entry, state: 'sending' });
    try {
      const { client_message_id, content, reply_to, mentions, ai, visibility } = entry;
      const answer = await this.api.sendMessage(roomId, { client_message_id, content, ...(reply_to && { reply_to }), ...(mentions && { mentions }), ...(ai && { ai }), ...(visibility && { visibility }) });
      this.failures.delete(roomId);
      this.events.sent(answer);
      this.remove(client_message_id);
    } catch (error) {
      this.refusedOrLater(entry, error);
    }
    this.busy.delete(roomId);
    this.pump(roomId);
  }

  private refusedOrLater(entry: Unsent, error: unknown): void {
    const roomId = entry.room_id;
    // An event may have shown meanwhile that it did arrive.
    if (!this.entries.has(entry.client_message_id)) return;
    if (error instanceof ApiError && error.code === 'generation_running') {
      this.put({ ...entry, state: 'queued' });
      this.queues.get(roomId)?.();
      if (this.running) this.queues.set(roomId, this.clock.after(QUEUED_MS, () => this.release(roomId)));
    } else if (error instanceof ApiError && (!error.temporary || (error.status === 429 && (error.retryAfter ?? 0) > LONGEST_WAIT_S))) {
      this.put({ ...entry, state: 'refused', code: error.code });
    } else {
      const failures = (this.failures.get(roomId) ?? 0) + 1;
      this.failures.set(roomId, failures);
      this.put({ ...entry, state: 'waiting' });
      const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1_000 : 0;
      if (this.running) {
        this.waits.set(roomId, this.clock.after(Math.max(asked, backoff(this.clock, failures)), () => {
          this.waits.delete(roomId);
          this.pump(roomId);
        }));
      }
    }
    this.events.failed(roomId, error);
  }

  private put(entry: Unsent): void {
    this.entries.set(entry.client_message_id, entry);
    this.storage.put(entry);
    this.byRoom.delete(entry.room_id);
    this.events.changed();
  }
}
