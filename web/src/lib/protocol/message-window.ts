import type { Message } from './types';

/** So many rows are held of a room at once; beyond, the far end is let go until it is scrolled to again. */
export const MAX_ROWS = 400;
/** How many more may gather before rows are let go, so that this does not happen at every row. */
const SLACK = 50;

/** A part of a room's order without a hole in it: from one id to another, or to the room's beginning (null) or living end (null). */
export class MessageWindow {
  private edges: { from: string | null; to: string | null } | null = null;
  /** In the order of their ids, which is the order of the room. */
  private rows: Message[] = [];
  /** The same rows as they are shown: of an answer that is being written, with the text so far. */
  private shown: Message[] = [];
  private lent = false;

  get open(): boolean {
    return this.edges !== null;
  }

  get from(): string | null {
    return this.edges?.from ?? null;
  }

  get to(): string | null {
    return this.edges?.to ?? null;
  }

  /** What is shown. The same array until something changes. */
  get messages(): readonly Message[] {
    this.lent = true;
    return this.shown;
  }

  /** Whether a message of this id belongs here. */
  covers(id: string): boolean {
    return this.edges !== null && (this.from === null || id >= this.from) && (this.to === null || id <= this.to);
  }

  get(id: string): Message | undefined {
    const i = this.at(id);
    return this.rows[i]?.id === id ? this.rows[i] : undefined;
  }

  put(row: Message, shown: Message): void {
    this.own();
    const i = this.at(row.id);
    const there = this.rows[i]?.id === row.id ? 1 : 0;
    this.rows.splice(i, there, row);
    this.shown.splice(i, there, shown);
  }

  show(id: string, shown: Message): void {
    const i = this.at(id);
    if (this.rows[i]?.id !== id) return;
    this.own();
    this.shown[i] = shown;
  }

  begin(from: string | null, to: string | null): void {
    this.close();
    this.edges = { from, to };
  }

  reach(edges: { from?: string | null; to?: string | null }): void {
    if (this.edges) this.edges = { ...this.edges, ...edges };
  }

  close(): void {
    this.edges = null;
    this.rows = [];
    this.shown = [];
    this.lent = false;
  }

  /** Lets rows go at the end that nobody reads, if there are too many. Answers whether it did. */
  trim(end: 'oldest' | 'newest'): boolean {
    if (!this.edges || this.rows.length <= MAX_ROWS + SLACK) return false;
    this.own();
    const extra = this.rows.length - MAX_ROWS;
    const at = end === 'oldest' ? 0 : MAX_ROWS;
    this.rows.splice(at, extra);
    this.shown.splice(at, extra);
    this.reach(end === 'oldest' ? { from: this.rows[0]!.id } : { to: this.rows.at(-1)!.id });
    return true;
  }

  /** Lets go what is kept nowhere, which stands at the beginning, and answers what that was. No page is looked for beyond. */
  dropBefore(kept: (row: Message) => boolean, reaches: (id: string) => boolean): readonly Message[] {
    if (!this.edges) return [];
    if (this.from !== null && !reaches(this.from)) this.reach({ from: null });
    const gone = this.rows.filter((row) => !kept(row));
    if (gone.length === 0) return gone;
    this.rows = this.rows.filter(kept);
    this.shown = this.shown.filter(kept);
    this.lent = false;
    return gone;
  }

  /** The highest sequence at or before an id, as far as rows are held. */
  sequenceAt(id: string): number | null {
    for (let i = Math.min(this.at(id), this.rows.length - 1); i >= 0; i--) {
      const row = this.rows[i]!;
      if (row.id <= id && row.sequence !== null) return row.sequence;
    }
    return null;
  }

  all(): readonly Message[] {
    return this.rows;
  }

  /** Where an id stands or would stand. Most that come are the newest. */
  private at(id: string): number {
    const { rows } = this;
    if (rows.length === 0 || rows.at(-1)!.id < id) return rows.length;
    let [low, high] = [0, rows.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle]!.id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private own(): void {
    if (!this.lent) return;
    this.shown = this.shown.slice();
    this.lent = false;
  }
}
