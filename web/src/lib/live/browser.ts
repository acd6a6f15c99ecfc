import type { Clock, OpenSocket, OutboxStorage } from '@/lib/protocol/ports';
import type { Unsent } from '@/lib/protocol/types';
import { itemsBelow, writeItem } from './device-storage';

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
const DRAFT = 'yoriai.draft.';

/**
 * Unsent messages of one person in localStorage, one item each, so that two tabs do not overwrite each other's. Where storage is
 * refused (private windows, full disk) the message lives as long as the page.
 */
export function localOutbox(userId: string): OutboxStorage {
  const prefix = `${OUTBOX}${userId}.`;
  return {
    all: () => itemsBelow(prefix).map(([, text]) => parse(text)).filter((entry) => entry !== null),
    put: (entry) => writeItem(prefix + entry.client_message_id, JSON.stringify(entry)),
    remove: (id) => writeItem(prefix + id, null),
    watch: (changed) => {
      const heard = ({ key }: StorageEvent) => key?.startsWith(prefix) && changed();
      window.addEventListener('storage', heard);
      return () => window.removeEventListener('storage', heard);
    },
  };
}

/** How many messages of a person wait on this device. */
export function unsentOf(userId: string): number {
  return itemsBelow(`${OUTBOX}${userId}.`).length;
}

/** Forgets what anybody but this person left on the device. */
export function purgeOthers(userId: string): void {
  for (const kind of [OUTBOX, DRAFT]) {
    for (const [key] of itemsBelow(kind)) if (!key.startsWith(`${userId}.`)) writeItem(kind + key, null);
  }
}

/** Forgets everything, at log-out. */
export function purgeAll(): void {
  for (const [key] of itemsBelow('yoriai.')) writeItem(`yoriai.${key}`, null);
  try {
    // What this tab alone kept, such as the token of an invitation.
    for (const key of Object.keys(sessionStorage)) if (key.startsWith('yoriai.')) sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

function parse(text: string): Unsent | null {
  try {
    const entry = JSON.parse(text) as Partial<Unsent> | null;
    return entry && typeof entry.client_message_id === 'string' && typeof entry.room_id === 'string' && typeof entry.content === 'string' ? (entry as Unsent) : null;
  } catch {
    return null;
  }
}
