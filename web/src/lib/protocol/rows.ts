import { codePoints } from './text';
import type { Message } from './types';

export function isSettled(message: Message): boolean {
  return message.status !== 'pending' && message.status !== 'streaming';
}

/**
 * The row to keep of two states of one message: the higher event; of equal events, which only an answer being written has,
 * the longer text of the higher attempt.
 */
export function newerRow(held: Message | undefined, next: Message): Message {
  if (!held || next.event > held.event) return next;
  if (next.event < held.event) return held;
  const [a, b] = [held.ai?.content_attempt ?? 0, next.ai?.content_attempt ?? 0];
  if (a !== b) return b > a ? next : held;
  return codePoints(next.content) > codePoints(held.content) ? next : held;
}

const PREVIEW = 200;

/** What a list of rooms keeps of a message: the beginning. It is never to be taken for the message itself. */
export function preview(message: Message): Message {
  return message.content.length <= PREVIEW ? message : { ...message, content: [...message.content.slice(0, 2 * PREVIEW)].slice(0, PREVIEW).join('') };
}

/** Messages in the order of their ids, which is the order of the room. */
export function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
