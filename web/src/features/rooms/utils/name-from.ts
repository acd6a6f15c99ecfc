import { cut, isVisible, oneLine } from '@/lib/graphemes';
import { plainLine } from '@/lib/markdown/plain-line';

const LONGEST = 40;
const LOOKED_AT = 300;

/** A room's name from the first words said in it, ended between two words where there are any. */
export function nameFrom(text: string): string {
  const lines = cut(text.trimStart(), LOOKED_AT).split('\n').map((part) => oneLine(plainLine(part, 'person').replace(/(^|\s)@ai(?![\w-])/gi, ' ')));
  const line = lines.find(isVisible) ?? '…';
  const whole = cut(line, LONGEST);
  if (whole === line) return line;
  let end = whole.length;
  for (const { index } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(line)) if (index <= whole.length && index > whole.length / 2) end = index;
  return `${line.slice(0, end).trimEnd()}…`;
}
