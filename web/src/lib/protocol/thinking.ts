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
  tokens: number;
  /** What the provider shows of it so far; of a long one the end. */
  text: string;
}

/** What is known of a model that thinks. */
export interface Thinking {
  attempt: number;
  elapsedMs: number;
  tokens: number;
  text: string;
}

const MAX_ANSWERS = 20;

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
    // A frame replaces the one before; one that was overtaken says nothing new.
    if (same && same.elapsedMs > elapsed_ms) return;
    const thinking = { attempt, elapsedMs: elapsed_ms, tokens, text };
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
