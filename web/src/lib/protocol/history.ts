import type { Message, Room } from './types';

/** Whether a room keeps a message, as its object says. */
export function isKept({ first_sequence, history_begins_at }: Pick<Room, 'first_sequence' | 'history_begins_at'>, message: Message): boolean {
  return message.sequence === null ? history_begins_at === null || Date.parse(message.created_at) >= Date.parse(history_begins_at) : message.sequence >= first_sequence;
}

/** Where a room's history begins: what stands before is kept nowhere. It only rises. */
export class History {
  private first = 1;
  private at: string | null = null;

  /** Takes what a room object says. Answers whether the history begins later now. */
  roomIs({ first_sequence, history_begins_at }: Room): boolean {
    const later = first_sequence > this.first || (history_begins_at !== null && (this.at === null || history_begins_at > this.at));
    this.first = Math.max(this.first, first_sequence);
    if (history_begins_at !== null && (this.at === null || history_begins_at > this.at)) this.at = history_begins_at;
    return later;
  }

  /** As rooms are told. */
  get bounds(): Pick<Room, 'first_sequence' | 'history_begins_at'> {
    return { first_sequence: this.first, history_begins_at: this.at };
  }

  /** Whether a message is kept; a private one has no number, but its place in time. */
  keeps(message: Message): boolean {
    return isKept(this.bounds, message);
  }

  /** A message that is kept, or nothing. */
  kept(message: Message | null): Message | null {
    return message && this.keeps(message) ? message : null;
  }

  /** Whether anything may stand at a place. */
  reaches(id: string): boolean {
    return this.at === null || id.slice(0, TIME) >= timeOf(this.at);
  }

  forget(): void {
    this.first = 1;
    this.at = null;
  }
}

/** An id begins with its milliseconds, in hexadecimal digits. */
const TIME = 13;

function timeOf(at: string): string {
  const digits = Date.parse(at).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}
