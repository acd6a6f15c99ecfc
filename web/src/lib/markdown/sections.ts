/** A section is closed at the next place to cut after so many characters. */
const SECTION = 2_000;
/** A list without a blank line is cut only when it is this much too long. */
const TIGHT = 2 * SECTION;

const FENCE = /^\s*(`{3,}|~{3,})/;
const ITEM = /^(?:[-*+]|\d{1,9}[.)])\s/;
const DEFINITION = /^ {0,3}\[[^\]]+\]:\s*\S/;

/**
 * Cuts Markdown where two blocks meet, so that each part can be parsed for itself: a text that grows is then parsed at its end alone.
 * Looks at no line twice as long as the text only grows.
 */
export class Sections {
  private text = '';
  private cuts: number[] = [0];
  /** The beginning of the first line that was not looked at: it may not be whole yet. */
  private next = 0;
  private blank = false;
  private closes: ((line: string) => boolean) | null = null;
  private definitions = '';
  private parts: string[] = [];

  of(text: string): readonly string[] {
    if (text === this.text) return this.parts;
    if (!text.startsWith(this.text)) this.forget();
    this.text = text;
    const [known, defined] = [this.cuts.length, this.definitions];
    for (let end = text.indexOf('\n', this.next); end >= 0; end = text.indexOf('\n', this.next)) {
      this.look(text.slice(this.next, end));
      this.next = end + 1;
    }
    const from = defined === this.definitions ? Math.max(0, known - 1) : 0;
    this.parts = [...this.parts.slice(0, from), ...this.cuts.slice(from).map((cut, i) => this.part(cut, this.cuts[from + i + 1]))];
    return this.parts;
  }

  private look(line: string): void {
    if (this.closes) {
      if (this.closes(line)) this.closes = null;
      this.blank = false;
      return;
    }
    const size = this.next - this.cuts.at(-1)!;
    const flush = line !== '' && !/^\s/.test(line);
    if ((flush && this.blank && size >= SECTION) || (size >= TIGHT && ITEM.test(line))) this.cuts.push(this.next);
    this.blank = line.trim() === '';
    if (DEFINITION.test(line)) this.definitions += `\n${line}`;
    this.closes = closing(line);
  }

  /** What is defined anywhere holds everywhere. */
  private part(from: number, to: number | undefined): string {
    const text = this.text.slice(from, to);
    return this.definitions === '' || !text.includes('[') ? text : `${text}\n${this.definitions}\n\n`;
  }

  private forget(): void {
    this.cuts = [0];
    this.next = 0;
    this.blank = false;
    this.closes = null;
    this.definitions = '';
    this.parts = [];
  }
}

/** What ends the code or the formula that a line begins, if it begins one. */
function closing(line: string): ((line: string) => boolean) | null {
  const fence = FENCE.exec(line)?.[1];
  if (fence !== undefined) {
    const end = new RegExp(`^\\s*${fence[0]}{${fence.length},}\\s*$`);
    return (next) => end.test(next);
  }
  const start = line.trim();
  for (const [open, close] of [['$$', '$$'], ['\\[', '\\]']] as const) {
    if (start.startsWith(open) && !(start.length > 2 && start.endsWith(close))) return (next) => next.trimEnd().endsWith(close);
  }
  return null;
}
