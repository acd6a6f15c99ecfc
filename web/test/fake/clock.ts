import type { Clock } from '@/lib/protocol/ports';

/** Chance from a seed (mulberry32), so that a failing order can be run again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Time that moves only when a test says so. */
export class VirtualClock implements Clock {
  private time = 0;
  private order = 0;
  private readonly timers = new Map<number, { at: number; run: () => void }>();
  readonly random: () => number;

  constructor(seed = 1) {
    this.random = seeded(seed);
  }

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const id = this.order++;
    this.timers.set(id, { at: this.time + Math.max(0, ms), run });
    return () => this.timers.delete(id);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs everything due within that time, in order, letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      let next: [number, { at: number; run: () => void }] | null = null;
      for (const entry of this.timers) if (entry[1].at <= end && (!next || entry[1].at < next[1].at || (entry[1].at === next[1].at && entry[0] < next[0]))) next = entry;
      if (!next) break;
      this.timers.delete(next[0]);
      this.time = Math.max(this.time, next[1].at);
      next[1].run();
      await settle();
    }
    this.time = end;
  }
}

/** Lets every promise that can go on do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
