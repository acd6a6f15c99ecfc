/** Text as people count it: a family emoji is one character, although it is seven code points. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The longest beginning of at most so many code points, which are what the API counts, that ends between two characters. */
export function cut(text: string, codePoints: number): string {
  if (text.length <= codePoints) return text;
  let [length, left] = [0, codePoints];
  for (const { segment } of segmenter.segment(text)) {
    left -= [...segment].length;
    if (left < 0) break;
    length += segment.length;
  }
  return text.slice(0, length);
}

export function codePointsOf(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // The second half of a pair belongs to the first.
    if (code < 0xdc00 || code > 0xdfff) count++;
  }
  return count;
}

/** Whether a name shows anything: not only spaces, joiners and other characters without a picture. */
export function isVisible(text: string): boolean {
  return /[^\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2800]/u.test(text);
}

/** A name in one line, as it is stored. */
export function oneLine(text: string): string {
  return text.replace(/[\p{White_Space}\p{Cc}]+/gu, ' ').trim();
}
