// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../test/fake/clock';
import { NumberedStream, type CaughtUp, type StreamWork } from './numbered-stream';
import type { EventFrame } from './types';

const event = (number: number): EventFrame => ({ type: 'message.created', stream: 'room:r', event: number, at: '', data: {} as never });

function stream(over: Partial<StreamWork> = {}, from = 0) {
  const clock = new VirtualClock(7);
  const applied: number[] = [];
  const asked: number[] = [];
  const log: CaughtUp[] = [];
  const made = new NumberedStream(clock, {
    apply: (frame) => {
      applied.push(frame.event);
      return 'applied';
    },
    catchUp: async (since) => {
      asked.push(since);
      return log.shift() ?? { latestEvent: since, hasMore: false };
    },
    reload: async () => 100,
    ...over,
  }, from);
  return { clock, applied, asked, log, made };
}

describe('a numbered stream', () => {
  it('applies the next number, drops a lower one', () => {
    const { made, applied } = stream();
    for (const number of [1, 2, 1, 2, 3]) made.pushed(event(number));
    expect(applied).toEqual([1, 2, 3]);
    expect(made.lastEvent).toBe(3);
  });

  it('takes a frame that stands for several numbers where it begins at the next one or before', async () => {
    const { made, applied, asked, clock } = stream();
    const run = (from: number, to: number) => made.pushed({ ...event(to), from });
    run(1, 3);
    run(2, 3);
    run(3, 5);
    run(7, 9);
    made.pushed(event(9));
    made.pushed(event(8));
    await clock.advance(299);
    expect(applied).toEqual([3, 5]);
    run(6, 8);
    expect(applied).toEqual([3, 5, 8, 9]);
    expect(made.lastEvent).toBe(9);
    await clock.advance(5_000);
    expect(asked).toEqual([]);
  });

  it('keeps the frame that reaches further back of two that end alike', async () => {
    const { made, applied, asked, clock } = stream();
    made.pushed(event(4));
    made.pushed({ ...event(4), from: 2 });
    made.pushed(event(4));
    made.pushed(event(1));
    await clock.advance(5_000);
    expect(applied).toEqual([1, 4]);
    expect(asked).toEqual([]);
  });

  it('lets a gap fill by itself within 300 ms without asking', async () => {
    const { made, applied, asked, clock } = stream();
    made.pushed(event(2));
    made.pushed(event(3));
    await clock.advance(299);
    expect(asked).toEqual([]);
    made.pushed(event(1));
    await clock.advance(5_000);
    expect(applied).toEqual([1, 2, 3]);
    expect(asked).toEqual([]);
  });

  it('asks the log once when the gap stays, between 300 and 1,000 ms', async () => {
    const { made, applied, asked, log, clock } = stream();
    log.push({ latestEvent: 2, hasMore: false });
    made.pushed(event(3));
    await clock.advance(1_000);
    expect(asked).toEqual([0]);
    expect(applied).toEqual([3]);
    expect(made.lastEvent).toBe(3);
    await clock.advance(10_000);
    expect(asked).toEqual([0]);
  });

  it('has one catch-up under way, and keeps what is pushed meanwhile for after it', async () => {
    let release: (value: CaughtUp) => void = () => undefined;
    let asked = 0;
    const { made, applied, clock } = stream({
      catchUp: () => {
        asked++;
        return new Promise((resolve) => (release = resolve));
      },
    });
    made.headIs(3);
    await clock.advance(1_000);
    made.pushed(event(1));
    made.pushed(event(4));
    made.headIs(9);
    await clock.advance(5_000);
    expect([asked, applied]).toEqual([1, []]);
    release({ latestEvent: 3, hasMore: false });
    await clock.advance(1);
    expect(applied).toEqual([4]);
    await clock.advance(1_000);
    expect(asked).toBe(2);
  });

  it('goes on while there is more', async () => {
    const { made, asked, log, clock } = stream();
    log.push({ latestEvent: 200, hasMore: true }, { latestEvent: 400, hasMore: true }, { latestEvent: 450, hasMore: false });
    made.suspect();
    await clock.advance(1_000);
    expect(asked).toEqual([0, 200, 400]);
    expect(made.lastEvent).toBe(450);
  });

  it('loads anew after a reset, also to a lower number', async () => {
    const { made, log, clock } = stream({}, 500);
    log.push('reset');
    made.suspect();
    await clock.advance(1_000);
    expect(made.lastEvent).toBe(100);
    expect(made.isCurrent).toBe(true);
  });

  it('asks again, later each time, while the connection fails', async () => {
    const at: number[] = [];
    const { made, clock } = stream({
      catchUp: async (since) => {
        at.push(clock.now());
        if (at.length < 4) throw new TypeError('lost');
        return { latestEvent: since + 1, hasMore: false };
      },
    });
    made.headIs(1);
    await clock.advance(30_000);
    const pauses = at.slice(1).map((time, i) => time - at[i]!);
    expect(pauses).toHaveLength(3);
    expect(pauses.every((pause, i) => pause >= 500 * 2 ** i && pause <= 1_000 * 2 ** i)).toBe(true);
    expect(made.lastEvent).toBe(1);
  });

  it('leaves to the log what a frame was too small for', async () => {
    const { made, asked, log, clock } = stream({ apply: (frame) => (frame.event === 2 ? 'fetch' : 'applied') });
    log.push({ latestEvent: 2, hasMore: false });
    for (const number of [1, 2, 3]) made.pushed(event(number));
    expect(made.lastEvent).toBe(1);
    await clock.advance(1_000);
    expect(asked).toEqual([1]);
    expect(made.lastEvent).toBe(3);
  });

  it('says nothing more once it is closed', async () => {
    const { made, applied, asked, clock } = stream();
    made.pushed(event(5));
    made.close();
    made.pushed(event(1));
    await clock.advance(5_000);
    expect([applied, asked]).toEqual([[], []]);
  });
});
