import type { Message, Timeline, Unsent } from '@/lib/protocol/types';

/** What stands in a conversation, from top to bottom. */
export type Entry =
  | { kind: 'begins'; key: string; at: string }
  | { kind: 'day'; key: string; at: string }
  | { kind: 'cutoff'; key: string }
  | { kind: 'new'; key: string }
  | { kind: 'message'; key: string; message: Message; first: boolean; part: Part }
  | { kind: 'unsent'; key: string; unsent: Unsent; first: boolean };

/** What a row shows of a message: a long one stands in several, one below the other. */
export interface Part {
  text: string;
  head: boolean;
  tail: boolean;
}

interface Options {
  myId: string;
  /** The AI reads nothing older. */
  cutoffAt: string | null;
  /** Nothing older is kept; null where nothing was removed. */
  beginsAt?: string | null;
  /** Where reading ended when the room came on screen; null without a divider. */
  readId: string | null;
  dayOf: (at: string) => string;
  /** A message's text, cut into rows. */
  textsOf?: (message: Message) => readonly string[];
}

const whole = ({ content }: Message): readonly string[] => [content];

const TOGETHER_MS = 5 * 60_000;

export function entriesOf(timeline: Timeline, { myId, cutoffAt, beginsAt = null, readId, dayOf, textsOf = whole }: Options): Entry[] {
  const entries: Entry[] = timeline.loaded && !timeline.hasOlder && beginsAt !== null ? [{ kind: 'begins', key: 'begins', at: beginsAt }] : [];
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
      if (message !== timeline.messages[0] || timeline.hasOlder) entries.push({ kind: 'cutoff', key: 'cutoff' });
      before = null;
    }
    place(message.created_at);
    if (!divided && readId !== null && message.id > readId && message.sender?.id !== myId && message.type !== 'system') {
      divided = true;
      entries.push({ kind: 'new', key: 'new' });
      before = null;
    }
    const sender = message.type === 'human' && !message.deleted_at && message.sender ? speaker(message.sender.id, message.visibility) : null;
    // A message keeps its row when its id comes to replace the one it was written under.
    const key = message.client_message_id !== null && message.sender?.id === myId ? message.client_message_id : message.id;
    const first = !together(sender, at);
    const texts = message.deleted_at ? [''] : textsOf(message);
    for (const [i, text] of texts.entries()) {
      entries.push({ kind: 'message', key: i === 0 ? key : `${key} ${i}`, message, first: first && i === 0, part: { text, head: i === 0, tail: i === texts.length - 1 } });
    }
  }
  if (!cut && timeline.messages.length > 0 && !timeline.hasNewer) entries.push({ kind: 'cutoff', key: 'cutoff' });
  if (timeline.hasNewer) return entries;
  for (const unsent of timeline.unsent) {
    place(new Date(unsent.written_at).toISOString());
    entries.push({ kind: 'unsent', key: unsent.client_message_id, unsent, first: !together(speaker(myId, unsent.visibility), unsent.written_at) });
  }
  return entries;
}

/** Whose words stand together under one name: what others see and what they do not stand apart. */
function speaker(userId: string, visibility: Message['visibility'] = 'public'): string {
  return `${userId} ${visibility}`;
}

const FIRST_ROWS = 24;
const FIRST_CHARACTERS = 8_000;

/** The newest entries, as many as one looks at first. */
export function newestEntries(entries: readonly Entry[]): readonly Entry[] {
  let characters = 0;
  let from = entries.length;
  while (from > 0 && entries.length - from < FIRST_ROWS && characters < FIRST_CHARACTERS) {
    const entry = entries[--from]!;
    characters += entry.kind === 'message' ? entry.part.text.length : 0;
  }
  return entries.slice(from);
}
