/** So many rooms keep their messages after one has left them, so that the way back is short. */
const HELD = 5;
const PER_HEARTBEAT = 20;

/** Which room is on screen, which were before it, and which of all a heartbeat has yet to ask for. */
export class Visits {
  viewing: string | null = null;
  private viewed: string[] = [];
  private uncovered: string[] = [];

  /** Answers the rooms that were left long enough ago. */
  view(roomId: string | null): string[] {
    this.viewing = roomId;
    if (roomId === null) return [];
    this.viewed = [roomId, ...this.viewed.filter((id) => id !== roomId)];
    return this.viewed.splice(HELD);
  }

  /** All rooms are to be asked for anew. */
  coverAll(ids: string[]): void {
    this.uncovered = ids;
  }

  get covered(): boolean {
    return this.uncovered.length === 0;
  }

  /** The rooms for the next heartbeat: the one on screen always, the others in turn. */
  next(known: (roomId: string) => boolean): Set<string> {
    const asked = new Set(this.viewing !== null && known(this.viewing) ? [this.viewing] : []);
    while (asked.size < PER_HEARTBEAT && this.uncovered.length > 0) asked.add(this.uncovered.shift()!);
    return asked;
  }
}
