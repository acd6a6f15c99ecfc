import { ApiError, type Api, type Clock } from './ports';
import type { RoomState } from './room-state';

const WAIT_MS = 1_000;
const LONG_WAIT_MS = 3_000;
const LONG_TEXT = 32 * 1_024;

/** Fetches the text so far of answers whose deltas have a gap: after a moment, one fetch at a time for each. */
export class Healing {
  private readonly waiting = new Map<string, () => void>();
  constructor(
    private readonly clock: Clock,
    private readonly api: Pick<Api, 'getMessage'>,
    private readonly changed: () => void,
    private readonly failed: (roomId: string, error: unknown) => void,
  ) {}

  gap(state: RoomState, messageId: string): void {
    if (this.waiting.has(messageId)) return;
    const base = (state.text(messageId)?.text.length ?? 0) > LONG_TEXT ? LONG_WAIT_MS : WAIT_MS;
    const cancel = this.clock.after(base + this.clock.random() * 300, () => void this.heal(state, messageId));
    this.waiting.set(messageId, cancel);
  }

  /** Fetches at once, as when a room comes on screen in the middle of an answer. */
  now(state: RoomState, messageId: string): void {
    if (this.waiting.has(messageId)) return;
    this.waiting.set(messageId, () => undefined);
    void this.heal(state, messageId, true);
  }

  stop(): void {
    for (const cancel of this.waiting.values()) cancel();
    this.waiting.clear();
  }

  private async heal(state: RoomState, messageId: string, always = false): Promise<void> {
    if (always || state.text(messageId)?.hasGap) {
      try {
        const message = await this.api.getMessage(state.room.id, messageId);
        if (!this.waiting.has(messageId)) return;
        state.healed(message);
        this.changed();
      } catch (error) {
        if (error instanceof ApiError && !error.temporary) state.dropText(messageId);
        this.failed(state.room.id, error);
      }
    }
    this.waiting.delete(messageId);
    if (state.text(messageId)?.hasGap) this.gap(state, messageId);
  }
}
