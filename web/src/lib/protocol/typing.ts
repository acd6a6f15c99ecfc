import type { Clock } from './ports';
import type { TypingFrame } from './types';

const SHOWN_MS = 6_000;
const SENT_EVERY_MS = 3_000;

export type Typer = TypingFrame['user'];
const NOBODY: readonly Typer[] = [];

/** Who is typing where. Nothing is stored: a name stands until it has not been heard for a moment, or its message has come. */
export class TypingBoard {
  private readonly rooms = new Map<string, Map<string, { user: Typer; cancel: () => void }>>();
  private readonly shown = new Map<string, readonly Typer[]>();
  private lastSent = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly changed: () => void,
  ) {}

  of(roomId: string): readonly Typer[] {
    return this.shown.get(roomId) ?? NOBODY;
  }

  heard(frame: TypingFrame): void {
    const room = this.rooms.get(frame.room_id) ?? new Map<string, { user: Typer; cancel: () => void }>();
    this.rooms.set(frame.room_id, room);
    room.get(frame.user.id)?.cancel();
    const cancel = this.clock.after(SHOWN_MS, () => this.silent(frame.room_id, frame.user.id));
    room.set(frame.user.id, { user: frame.user, cancel });
    this.show(frame.room_id);
  }

  silent(roomId: string, userId: string): void {
    const room = this.rooms.get(roomId);
    const typer = room?.get(userId);
    if (!room || !typer) return;
    typer.cancel();
    room.delete(userId);
    this.show(roomId);
  }

  /** Whether it is time to tell the others again. */
  shouldSend(): boolean {
    if (this.clock.now() - this.lastSent < SENT_EVERY_MS) return false;
    this.lastSent = this.clock.now();
    return true;
  }

  stop(): void {
    for (const room of this.rooms.values()) for (const typer of room.values()) typer.cancel();
    this.rooms.clear();
    this.shown.clear();
  }

  private show(roomId: string): void {
    this.shown.set(roomId, [...(this.rooms.get(roomId)?.values() ?? [])].map((typer) => typer.user));
    this.changed();
  }
}
