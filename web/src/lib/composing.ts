import type { KeyboardEvent } from 'react';

/**
 * Whether a key belongs to an input method that is composing text. Its Enter takes a candidate and never sends. Safari ends the
 * composition before it reports the key, which is known by its code alone.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.nativeEvent.isComposing || event.keyCode === 229;
}
