import { Sections } from '@/lib/markdown/sections';

/** A text is shown in one row up to about so many characters. */
const ROW = 6_000;
const KEPT = 500;

/**
 * Cuts long texts into rows of the list, so that only what is near is in the page. What is above the end of a growing text stays as
 * it is.
 */
export class TextRows {
  private readonly held = new Map<string, { text: string; sections: Sections; rows: readonly string[] }>();

  of(id: string, text: string): readonly string[] {
    if (text.length <= ROW) return [text];
    let held = this.held.get(id);
    if (held?.text === text) return held.rows;
    held ??= { text: '', sections: new Sections(), rows: [] };
    held.text = text;
    held.rows = gathered(held.sections.of(text));
    this.held.set(id, held);
    if (this.held.size > KEPT) this.held.delete(this.held.keys().next().value!);
    return held.rows;
  }
}

function gathered(sections: readonly string[]): string[] {
  const rows: string[] = [];
  let row = '';
  for (const section of sections) {
    row += section;
    if (row.length < ROW) continue;
    rows.push(row);
    row = '';
  }
  if (row !== '' || rows.length === 0) rows.push(row);
  return rows;
}
