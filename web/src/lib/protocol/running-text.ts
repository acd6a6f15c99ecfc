import { isSettled } from './rows';
import { afterCodePoints, codePoints } from './text';
import type { DeltaFrame, Message } from './types';

const MAX_KEPT = 2_000;

/**
 * The text of one answer while it is being written, put together from deltas and from what getMessage knew.
 * It knows nothing of time: whoever owns it asks `hasGap` and heals it.
 */
export class RunningText {
  attempt = 0;
  text = '';
  private length = 0;
  private kept: DeltaFrame[] = [];

  /** Whether deltas wait for text that has not come. */
  get hasGap(): boolean {
    return this.kept.length > 0;
  }

  /** Answers whether the text changed. */
  delta(delta: DeltaFrame): boolean {
    if (delta.attempt < this.attempt) return false;
    if (delta.attempt > this.attempt) {
      if (delta.offset !== 0) {
        this.keep(delta);
        return false;
      }
      this.begin(delta.attempt, '');
    }
    if (delta.offset > this.length) {
      this.keep(delta);
      return false;
    }
    const changed = this.append(delta);
    return this.drain() || changed;
  }

  /** Takes the text that a row carries, if it is further than what is here. */
  absorb(message: Message): boolean {
    const attempt = message.ai?.content_attempt ?? 0;
    if (attempt < this.attempt || attempt === 0) return false;
    const length = codePoints(message.content);
    if (attempt === this.attempt && length <= this.length) return this.drain();
    this.begin(attempt, message.content);
    this.drain();
    return true;
  }

  /** The row as it is to be shown. */
  overlay(row: Message): Message {
    if (isSettled(row) || !row.ai || this.attempt < row.ai.attempt || this.attempt === 0) return row;
    if (this.attempt === row.ai.content_attempt && this.length <= codePoints(row.content)) return row;
    return {
      ...row,
      status: 'streaming',
      content: this.text,
      ai: { ...row.ai, attempt: this.attempt, content_attempt: this.attempt, attempts: Math.max(row.ai.attempts, this.attempt) },
    };
  }

  private begin(attempt: number, text: string): void {
    this.attempt = attempt;
    this.text = text;
    this.length = codePoints(text);
    this.kept = this.kept.filter((delta) => delta.attempt >= attempt);
  }

  private keep(delta: DeltaFrame): void {
    if (this.kept.length < MAX_KEPT) this.kept.push(delta);
  }

  private append(delta: DeltaFrame): boolean {
    // The text at an offset never changes within an attempt, so a piece that reaches beyond what is here is of use from there on.
    const fresh = afterCodePoints(delta.text, this.length - delta.offset);
    if (fresh === '') return false;
    this.text += fresh;
    this.length += codePoints(fresh);
    return true;
  }

  private drain(): boolean {
    let changed = false;
    this.kept.sort((a, b) => a.attempt - b.attempt || a.offset - b.offset);
    const later: DeltaFrame[] = [];
    for (const delta of this.kept) {
      if (delta.attempt < this.attempt) continue;
      if (delta.attempt > this.attempt || delta.offset > this.length) later.push(delta);
      else changed = this.append(delta) || changed;
    }
    this.kept = later;
    return changed;
  }
}
