import type { Roster } from './roster';
import type { Room, RoomView } from './types';

/** My rooms, newest activity first. The same array until something in it changes. */
export class RoomList {
  private views: readonly RoomView[] = [];
  private current = false;

  constructor(private readonly roster: Roster) {}

  /** Something may have changed; texts that grow change nothing here. */
  changed(): void {
    this.current = false;
  }

  get(): readonly RoomView[] {
    if (this.current) return this.views;
    const views = this.roster.all().map(({ state }) => state.view()).sort((a, b) => compare(activity(b.room), activity(a.room)));
    if (views.length !== this.views.length || views.some((view, i) => view !== this.views[i])) this.views = views;
    this.current = true;
    return this.views;
  }
}

function activity(room: Room): string {
  return room.last_message?.created_at ?? room.created_at;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
