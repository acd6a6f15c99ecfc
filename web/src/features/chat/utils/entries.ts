import type { Message, Timeline, Unsent } from '@/lib/protocol/types';

/** What stands in a conversation, from top to bottom. */
export type Entry =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'cutoff'; key: string }
  | { kind: 'new'; key: string }
  | { kind: 'message'; key: string; message: Message; first: boolean }
  | { kind: 'unsent'; key: string; unsent: Unsent; first: boolean };

interface Options {
  myId: string;
  /** The AI reads nothing older. */
  cutoffAt: string | null;
  /** Where reading ended when the room came on screen; null without a divider. */
  readId: string | null;
  dayOf: (at: string) => string;
}

const TOGETHER_MS = 5 * 60_000;

export function entriesOf(timeline: Timeline, { myId, cutoffAt, readId, dayOf }: Options): Entry[] {
  const entries: Entry[] = [];
  const cutoff = cutoffAt === null ? null : Date.parse(cutoffAt);
  let day = '';
  let divided = readId === null;
  let cut = cutoff === null;
  let before: { sender: string; at: number } | null = null;

  const place = (at: string) => {
    if (dayOf(at) === day) return;
    day = dayOf(at);
    entries.push({ kind: 'day', key: `day ${day}`, at });
    before = null;
  };
  const together = (sender: string | null, at: number): boolean => {
    const held = before as { sender: string; at: number } | null;
    const same = held !== null && sender !== null && held.sender === sender && at - held.at < TOGETHER_MS;
    before = sender === null ? null : { sender, at };
    return same;
  };

  for (const message of timeline.messages) {
    const at = Date.parse(message.created_at);
    // The line stands only where something above it is shown, or is known to be older.
    if (!cut && cutoff !== null && at >= cutoff) {
      cut = true;
      if (entries.length > 0 || timeline.hasOlder) entries.push({ kind: 'cutoff', key: 'cutoff' });
      before = null;
    }
    place(message.created_at);
    if (!divided && readId !== null && message.id > readId && message.sender?.id !== myId) {
      divided = true;
      entries.push({ kind: 'new', key: 'new' });
      before = null;
    }
    const sender = message.type === 'human' && !message.deleted_at ? (message.sender?.id ?? null) : null;
    // A message keeps its row when its id comes to replace the one it was written under.
    const key = message.client_message_id !== null && message.sender?.id === myId ? message.client_message_id : message.id;
    entries.push({ kind: 'message', key, message, first: !together(sender, at) });
  }
  if (!cut && timeline.messages.length > 0 && !timeline.hasNewer) entries.push({ kind: 'cutoff', key: 'cutoff' });
  if (timeline.hasNewer) return entries;
  for (const unsent of timeline.unsent) {
    place(new Date(unsent.written_at).toISOString());
    entries.push({ kind: 'unsent', key: unsent.client_message_id, unsent, first: !together(myId, unsent.written_at) });
  }
  return entries;
}
