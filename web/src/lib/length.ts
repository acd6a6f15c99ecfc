import { codePointsOf } from './graphemes';

export const MAX_CHARACTERS = 32_000;

/** Whether a message has more characters than one takes. */
export function isTooLong(text: string): boolean {
  return text.length > MAX_CHARACTERS && codePointsOf(text) > MAX_CHARACTERS;
}
