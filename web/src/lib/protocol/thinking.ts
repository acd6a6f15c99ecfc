/** How a model's answer ended, and what it thinks before: parts of the contract that a server may not know yet. */
export interface AnswerEnd {
  finish_reason?: string | null;
  reasoning_tokens?: number | null;
}

export interface ThinkingFrame {
  type: 'ai.thinking';
  room_id: string;
  message_id: string;
  attempt: number;
  elapsed_ms: number;
  tokens: number | null;
  /** A piece of the summary that some providers give, or nothing. */
  text: string | null;
}

/** What is known of a model that thinks. */
export interface Thinking {
  attempt: number;
  elapsedMs: number;
  tokens: number | null;
  text: string;
}

const MAX_ANSWERS = 20;
const MAX_TEXT = 20_000;

/** What models that think right now have told. Nothing is stored: it goes as soon as their answer begins to stand. */
export class Thoughts {
  private readonly held = new Map<string, Thinking>();

  of(messageId: string): Thinking | undefined {
    return this.held.get(messageId);
  }

  heard({ message_id, attempt, elapsed_ms, tokens, text }: ThinkingFrame): void {
    const before = this.held.get(message_id);
    if (before && before.attempt > attempt) return;
    const same = before?.attempt === attempt ? before : undefined;
    // Frames may overtake one another: of time and tokens the most counts.
    const thinking = {
      attempt,
      elapsedMs: Math.max(same?.elapsedMs ?? 0, elapsed_ms),
      tokens: tokens === null || tokens === undefined ? (same?.tokens ?? null) : Math.max(same?.tokens ?? 0, tokens),
      text: ((same?.text ?? '') + (text ?? '')).slice(0, MAX_TEXT),
    };
    this.held.delete(message_id);
    this.held.set(message_id, thinking);
    if (this.held.size > MAX_ANSWERS) this.held.delete(this.held.keys().next().value!);
  }

  forget(messageId: string): void {
    this.held.delete(messageId);
  }

  clear(): void {
    this.held.clear();
  }
}
