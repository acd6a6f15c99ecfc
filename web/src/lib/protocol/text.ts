/** Offsets of deltas count Unicode code points, while JavaScript counts UTF-16 units. */

export function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++, count++) {
    if (isPair(text, i)) i++;
  }
  return count;
}

/** What follows the first `count` code points. */
export function afterCodePoints(text: string, count: number): string {
  let i = 0;
  for (; count > 0 && i < text.length; count--) i += isPair(text, i) ? 2 : 1;
  return text.slice(i);
}

function isPair(text: string, i: number): boolean {
  const high = text.charCodeAt(i);
  if (high < 0xd800 || high > 0xdbff) return false;
  const low = text.charCodeAt(i + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}
