import type { Clock } from './ports';

const SOON_MS = 40;

/** Those who are told when something changes. */
export class Listeners {
  private readonly listeners = new Set<() => void>();
  private cancel: (() => void) | null = null;

  constructor(private readonly clock: Clock) {}

  add(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(): void {
    this.stop();
    for (const listener of this.listeners) listener();
  }

  /** Pieces of answers come faster than anybody reads: those of a moment are told together. */
  tellSoon(): void {
    this.cancel ??= this.clock.after(SOON_MS, () => this.tell());
  }

  stop(): void {
    this.cancel?.();
    this.cancel = null;
  }
}
