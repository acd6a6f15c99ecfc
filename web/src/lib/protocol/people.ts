import type { Loads } from './loads';
import type { Roster } from './roster';
import type { Member, User } from './types';

/** The people of rooms, as far as they are known here: of a large room not all are. */
export class People {
  constructor(
    private readonly roster: Roster,
    private readonly loads: Loads,
    private readonly changed: () => void,
  ) {}

  /** How many a room has, also where not all are known. */
  count(roomId: string): number {
    return this.roster.get(roomId)?.state.memberCount ?? 0;
  }

  /** Who somebody in a room is. */
  person(roomId: string, userId: string | undefined): User | undefined {
    return userId === undefined ? undefined : this.roster.get(roomId)?.state.person(userId);
  }

  /** Makes those known whose names begin so. */
  find(roomId: string, name: string): Promise<void> {
    return this.loads.named(roomId, name);
  }

  /** Takes members that an answer of the API showed. */
  are(roomId: string, members: readonly Member[]): void {
    this.roster.get(roomId)?.state.membersKnown(members);
    this.changed();
  }
}
