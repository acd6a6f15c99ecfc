import type { Clock, OpenSocket, OutboxStorage } from '@/lib/protocol/ports';
import type { Unsent } from '@/lib/protocol/types';

export const browserClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

export const browserSocket: OpenSocket = (url, events) => {
  const socket = new WebSocket(url);
  socket.onopen = () => events.opened();
  socket.onmessage = (message) => events.received(String(message.data));
  socket.onclose = () => events.closed();
  return { send: (text) => socket.send(text), close: () => socket.close() };
};

const OUTBOX = 'yoriai.outbox.';

/**
 * Unsent messages of one person in localStorage, one item each, so that two tabs do not overwrite each other's. Where storage is
 * refused (private windows, full disk) the message lives as long as the page.
 */
export function localOutbox(userId: string): OutboxStorage {
  const prefix = `${OUTBOX}${userId}.`;
  return {
    all: () => {
      const entries: Unsent[] = [];
      for (const key of keys(prefix)) {
        const entry = parse(localStorage.getItem(key));
        if (entry) entries.push(entry);
      }
      return entries;
    },
    put: (entry) => quietly(() => localStorage.setItem(prefix + entry.client_message_id, JSON.stringify(entry))),
    remove: (id) => quietly(() => localStorage.removeItem(prefix + id)),
  };
}

/** Forgets what anybody but this person left on the device. */
export function purgeOthers(userId: string): void {
  for (const key of keys(OUTBOX)) if (!key.startsWith(`${OUTBOX}${userId}.`)) quietly(() => localStorage.removeItem(key));
}

/** Forgets everything, at log-out. */
export function purgeAll(): void {
  for (const key of keys('yoriai.')) quietly(() => localStorage.removeItem(key));
}

function keys(prefix: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

function parse(text: string | null): Unsent | null {
  try {
    const entry = JSON.parse(text ?? 'null') as Partial<Unsent> | null;
    return entry && typeof entry.client_message_id === 'string' && typeof entry.room_id === 'string' && typeof entry.content === 'string' ? (entry as Unsent) : null;
  } catch {
    return null;
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The message is still held in memory and is being sent.
  }
}
