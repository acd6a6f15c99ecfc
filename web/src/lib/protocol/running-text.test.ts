// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../test/fake/clock';
import { RunningText } from './running-text';
import { afterCodePoints, codePoints } from './text';
import type { DeltaFrame, Message } from './types';

const delta = (attempt: number, offset: number, text: string): DeltaFrame => ({ type: 'ai.delta', room_id: 'r', message_id: 'm', attempt, offset, text });
const row = (attempt: number, content_attempt: number, content: string, status: Message['status'] = 'streaming') =>
  ({ id: 'm', event: 1, status, content, ai: { attempt, content_attempt, attempts: attempt } }) as Message;

describe('code points', () => {
  it('count what UTF-16 counts twice as one', () => {
    expect(codePoints('a語🎌')).toBe(3);
    expect(afterCodePoints('a語🎌b', 3)).toBe('b');
    expect(afterCodePoints('ab', 5)).toBe('');
  });
});

describe('the text of an answer being written', () => {
  it('grows by deltas whose offset is where it ends', () => {
    const text = new RunningText();
    expect(text.delta(delta(1, 0, '🎌語'))).toBe(true);
    expect(text.delta(delta(1, 2, 'ab'))).toBe(true);
    expect(text.text).toBe('🎌語ab');
  });

  it('drops what it has, and a lower attempt', () => {
    const text = new RunningText();
    text.delta(delta(2, 0, 'abc'));
    expect(text.delta(delta(2, 0, 'abc'))).toBe(false);
    expect(text.delta(delta(1, 3, 'xyz'))).toBe(false);
    expect(text.text).toBe('abc');
  });

  it('keeps what lies beyond a gap until the gap is filled', () => {
    const text = new RunningText();
    text.delta(delta(1, 0, 'a'));
    text.delta(delta(1, 3, 'd'));
    text.delta(delta(1, 2, 'c'));
    expect([text.text, text.hasGap]).toEqual(['a', true]);
    text.delta(delta(1, 1, 'b'));
    expect([text.text, text.hasGap]).toEqual(['abcd', false]);
  });

  it('begins anew at offset 0 of a higher attempt, but not in its middle', () => {
    const text = new RunningText();
    text.delta(delta(1, 0, 'old'));
    text.delta(delta(2, 2, 'w'));
    expect([text.text, text.hasGap]).toEqual(['old', true]);
    text.delta(delta(2, 0, 'ne'));
    expect([text.text, text.attempt, text.hasGap]).toEqual(['new', 2, false]);
  });

  it('is healed by a row that knows more, and goes on from there', () => {
    const text = new RunningText();
    text.delta(delta(1, 4, 'ef'));
    expect(text.absorb(row(1, 1, 'abcde'))).toBe(true);
    expect([text.text, text.hasGap]).toEqual(['abcdef', false]);
    expect(text.absorb(row(1, 1, 'abc'))).toBe(false);
  });

  it('lies over a row that is being written, never over a settled or a newer one', () => {
    const text = new RunningText();
    text.delta(delta(2, 0, 'second'));
    expect(text.overlay(row(2, 1, 'first', 'pending'))).toMatchObject({ content: 'second', status: 'streaming', ai: { content_attempt: 2 } });
    expect(text.overlay(row(2, 2, 'whole', 'completed')).content).toBe('whole');
    expect(text.overlay(row(3, 1, 'first', 'pending')).content).toBe('first');
  });

  it.each(Array.from({ length: 50 }, (_, i) => i + 1))('comes out whole from any order, doubled and with fetches between (seed %i)', (seed) => {
    const random = seeded(seed);
    const whole = Array.from({ length: 40 }, (_, i) => ['a', '語', '🎌', ' '][i % 4]! + i).join('');
    const points = [...whole];
    const deltas: DeltaFrame[] = [];
    for (let at = 0; at < points.length; ) {
      const size = 1 + Math.floor(random() * 5);
      deltas.push(delta(1, at, points.slice(at, at + size).join('')));
      at += size;
    }
    const arriving = [...deltas, ...deltas.filter(() => random() < 0.3)].sort(() => random() - 0.5);
    const text = new RunningText();
    for (const piece of arriving) {
      text.delta(piece);
      if (random() < 0.1) text.absorb(row(1, 1, points.slice(0, Math.floor(random() * points.length)).join('')));
      expect(whole.startsWith(text.text)).toBe(true);
    }
    expect([text.text, text.hasGap]).toEqual([whole, false]);
  });
});
