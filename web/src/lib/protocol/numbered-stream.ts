import { backoff, type Clock } from './ports';
import type { EventFrame } from './types';

/** What a catch-up found. `reset` asks to load everything anew; `gone` says that the stream is closed to us. */
export type CaughtUp = { latestEvent: number; hasMore: boolean } | 'reset' | 'gone';

export interface StreamWork {
  /** Applies an event. Answering 'fetch' leaves it to a catch-up, because the frame did not hold all of it. */
  apply(event: EventFrame): 'applied' | 'fetch';
  /** Fetches and applies what happened since an event, in one go. Throws if the connection fails. */
  catchUp(since: number): Promise<CaughtUp>;
  /** Loads everything anew and answers the number that the new state has, or null if there is nothing to load any more. */
  reload(): Promise<number | null>;
}

const GAP_WAIT_MS = 300;
const GAP_JITTER_MS = 700;
const MAX_BUFFERED = 1_000;

/**
 * Keeps one stream of numbered events in order: the next number is applied, a lower one dropped, a higher one kept while the
 * gap before it has a moment to fill by itself; then one catch-up at a time asks the durable log. A frame may stand for several
 * numbers in a row.
 */
export class NumberedStream {
  private last: number;
  private head: number;
  private readonly buffer = new Map<number, EventFrame>();
  private cancelWait: (() => void) | null = null;
  private running = false;
  private forced = false;
  private failures = 0;
  private closed = false;

  constructor(
    private readonly clock: Clock,
    private readonly work: StreamWork,
    lastEvent: number,
  ) {
    this.last = lastEvent;
    this.head = lastEvent;
  }

  get lastEvent(): number {
    return this.last;
  }

  /** Whether nothing is known to be missing. */
  get isCurrent(): boolean {
    return this.head <= this.last && !this.running && !this.forced;
  }

  pushed(event: EventFrame): void {
    if (this.closed || event.event <= this.last) return;
    const held = this.buffer.get(event.event);
    if (this.buffer.size < MAX_BUFFERED && (!held || first(event) < first(held))) this.buffer.set(event.event, event);
    this.head = Math.max(this.head, event.event);
    // While a catch-up runs its answer comes first: it speaks of numbers below what is pushed now.
    if (!this.running) this.drain();
    this.waitIfBehind();
  }

  /** The server says that the stream has come this far. */
  headIs(event: number): void {
    if (this.closed) return;
    this.head = Math.max(this.head, event);
    this.waitIfBehind();
  }

  /** Something may have been missed: asks the log even if no number says so. */
  suspect(): void {
    if (this.closed) return;
    this.forced = true;
    this.wait(GAP_WAIT_MS + this.clock.random() * GAP_JITTER_MS);
  }

  /** The connection is back: what failed before is tried again now rather than at the end of its backoff. */
  retryNow(): void {
    if (this.failures === 0) return;
    this.failures = 0;
    this.cancelWait?.();
    this.cancelWait = null;
    this.waitIfBehind();
  }

  /** Starts again from a state loaded elsewhere. */
  restartAt(lastEvent: number): void {
    this.last = lastEvent;
    this.head = Math.max(this.head, lastEvent);
    this.drain();
  }

  /** Asks for nothing until something is pushed, headed or suspected again. */
  rest(): void {
    this.cancelWait?.();
    this.cancelWait = null;
  }

  close(): void {
    this.closed = true;
    this.rest();
    this.buffer.clear();
  }

  private drain(): void {
    for (const event of [...this.buffer.values()].sort((a, b) => a.event - b.event)) {
      if (event.event > this.last && first(event) > this.last + 1) continue;
      this.buffer.delete(event.event);
      if (event.event <= this.last) continue;
      if (this.work.apply(event) === 'fetch') {
        this.forced = true;
        return;
      }
      this.last = event.event;
      if (this.closed) return;
    }
  }

  private waitIfBehind(): void {
    if (this.head > this.last || this.forced) this.wait(GAP_WAIT_MS + this.clock.random() * GAP_JITTER_MS);
  }

  private wait(ms: number): void {
    if (this.cancelWait || this.running || this.closed) return;
    this.cancelWait = this.clock.after(ms, () => {
      this.cancelWait = null;
      if (this.head > this.last || this.forced) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      await this.askLog();
      this.failures = 0;
    } catch {
      this.failures++;
    }
    this.running = false;
    if (this.closed) return;
    this.drain();
    if (this.failures > 0) this.wait(backoff(this.clock, this.failures));
    else this.waitIfBehind();
  }

  private async askLog(): Promise<void> {
    for (;;) {
      // What raises `forced` while the request is under way was not yet in its answer.
      this.forced = false;
      const found = await this.guarded(() => this.work.catchUp(this.last));
      if (this.closed || found === 'gone') return this.close();
      if (found === 'reset') {
        const loaded = await this.guarded(() => this.work.reload());
        if (loaded === null) return this.close();
        this.last = loaded;
        // A number from before the reset says nothing about the new state.
        this.head = loaded;
        for (const number of this.buffer.keys()) this.head = Math.max(this.head, number);
        return;
      }
      const moved = found.latestEvent > this.last;
      this.last = Math.max(this.last, found.latestEvent);
      if (!found.hasMore) {
        // A head that the log itself does not know of was never committed for us.
        if (!moved) this.head = Math.min(this.head, Math.max(this.last, ...this.buffer.keys()));
        return;
      }
    }
  }

  private async guarded<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.forced = true;
      throw error;
    }
  }
}

/** The first of the events that a frame stands for. */
function first(frame: EventFrame): number {
  return frame.from ?? frame.event;
}
