import { ApiError, backoff, type Api, type Clock } from './ports';
import type { RoomState } from './room-state';

/** Raises my read position: at once here, then at the API with one request under way for each room. */
export class Reading {
  private readonly wanted = new Map<string, string>();
  private readonly busy = new Set<string>();

  private failures = 0;
  private cancelRetry: (() => void) | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly api: Pick<Api, 'markRead'>,
    private readonly failed: (roomId: string, error: unknown) => void,
  ) {}

  /** Answers whether anything changed. */
  mark(state: RoomState, messageId: string): boolean {
    if (!state.isReadBehind(messageId)) return false;
    state.readIs(messageId, state.sequenceAt(messageId));
    this.wanted.set(state.room.id, messageId);
    void this.tell(state.room.id);
    return true;
  }

  /** The connection is back: what could not be told is told now. */
  retryNow(): void {
    this.stop();
    for (const roomId of this.wanted.keys()) void this.tell(roomId);
  }

  stop(): void {
    this.cancelRetry?.();
    this.cancelRetry = null;
  }

  forget(roomId: string): void {
    this.wanted.delete(roomId);
  }

  private async tell(roomId: string): Promise<void> {
    if (this.busy.has(roomId)) return;
    this.busy.add(roomId);
    try {
      for (let id = this.wanted.get(roomId); id !== undefined; id = this.wanted.get(roomId)) {
        await this.api.markRead(roomId, id);
        if (this.wanted.get(roomId) === id) this.wanted.delete(roomId);
      }
      this.failures = 0;
    } catch (error) {
      if (error instanceof ApiError && !error.temporary) this.wanted.delete(roomId);
      else this.cancelRetry ??= this.clock.after(backoff(this.clock, ++this.failures), () => this.retryNow());
      this.failed(roomId, error);
    } finally {
      this.busy.delete(roomId);
    }
  }
}
