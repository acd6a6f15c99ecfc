/** localStorage, where it is allowed: private windows refuse it, and a disk can be full. What cannot be kept lives as long as the page. */

/** The items whose key begins so, each under the rest of its key. */
export function itemsBelow(prefix: string): [string, string][] {
  return quietly(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key): [string, string] => [key.slice(prefix.length), localStorage.getItem(key) ?? '']), []);
}

export function readItem(key: string): string | null {
  return quietly(() => localStorage.getItem(key), null);
}

/** Keeps a text, or with null forgets it. */
export function writeItem(key: string, text: string | null): void {
  quietly(() => (text === null ? localStorage.removeItem(key) : localStorage.setItem(key, text)), undefined);
}

function quietly<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}
