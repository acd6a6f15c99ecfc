import type { Message, Room } from './types';

/** How many unread messages name me, or everybody: those that the server had counted, and those that came after it did. */
export class UnreadMentions {
  private counted = 0;
  /** The newest message among those that the server looked at. */
  private upTo = '';
  private readonly later = new Set<string>();

  constructor(private readonly myId: string) {}

  get count(): number {
    return this.counted + this.later.size;
  }

  /** A snapshot of the room. One that does not know yet how far I have read counts too many. */
  roomIs(room: Room, lastReadId: string | null): void {
    if (room.unread_mentions === undefined) return;
    const upTo = room.last_message?.id ?? '';
    if (upTo < this.upTo) return;
    if (lastReadId !== null && (room.last_read_message_id ?? '') < lastReadId && lastReadId < upTo) return;
    this.upTo = upTo;
    this.counted = lastReadId !== null && lastReadId >= upTo ? 0 : room.unread_mentions;
    for (const id of this.later) if (id <= upTo) this.later.delete(id);
  }

  messageIs(next: Message, held: Message | undefined, lastReadId: string | null): void {
    if (next.id <= (lastReadId ?? '') || (held && held.event >= next.event)) return;
    const names = this.isNamed(next);
    if (next.id > this.upTo) {
      if (names) this.later.add(next.id);
      else this.later.delete(next.id);
    } else if (held && this.isNamed(held) && !names) this.counted = Math.max(0, this.counted - 1);
  }

  readIs(id: string): void {
    for (const later of this.later) if (later <= id) this.later.delete(later);
    if (id >= this.upTo) this.counted = 0;
  }

  /** What named me may be kept no more. How many the server had counted of that, it says when it is asked. */
  beginsWith(reaches: (id: string) => boolean): void {
    for (const later of this.later) if (!reaches(later)) this.later.delete(later);
  }

  forget(): void {
    this.counted = 0;
    this.upTo = '';
    this.later.clear();
  }

  private isNamed({ mentions, sender, deleted_at }: Message): boolean {
    return deleted_at === null && sender?.id !== this.myId && (mentions ?? []).some(({ kind, user_id }) => kind === 'all' || user_id === this.myId);
  }
}
