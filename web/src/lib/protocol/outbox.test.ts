// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../test/fake/clock';
import { memoryOutbox } from '../../../test/fake/network';
import { Outbox } from './outbox';
import { ApiError } from './ports';
import type { SendMessage, SentMessage, Unsent } from './types';

type Answer = (body: SendMessage) => Promise<SentMessage>;
const sent: Answer = async (body) => ({ message: { client_message_id: body.client_message_id } }) as SentMessage;

function outbox(answers: Answer[], entries = new Map<string, Unsent>()) {
  const clock = new VirtualClock(5);
  const bodies: SendMessage[] = [];
  const made = new Outbox(clock, {
    sendMessage: (_, body) => {
      bodies.push(body);
      return (answers.shift() ?? sent)(body);
    },
  }, memoryOutbox(entries), { changed: () => undefined, sent: () => undefined, failed: () => undefined });
  return { clock, bodies, entries, made };
}

const lost: Answer = () => Promise.reject(new TypeError('lost'));
const refused = (status: number, code: string): Answer => () => Promise.reject(new ApiError(status, code));

describe('the outbox', () => {
  it('sends the same body under the same id until it is answered, and then forgets it', async () => {
    const { made, bodies, entries, clock } = outbox([lost, refused(503, 'unavailable'), refused(429, 'rate_limited')]);
    made.start();
    made.add({ client_message_id: 'a', room_id: 'r', content: 'hello', ai: {} });
    await clock.advance(30_000);
    expect(bodies).toHaveLength(4);
    expect(new Set(bodies.map((body) => JSON.stringify(body)))).toEqual(new Set([JSON.stringify({ client_message_id: 'a', content: 'hello', ai: {} })]));
    expect(entries.size).toBe(0);
  });

  it('keeps what is private so, through failures and in another page', async () => {
    const first = outbox([lost]);
    first.made.start();
    first.made.add({ client_message_id: 'a', room_id: 'r', content: 'psst', ai: {}, visibility: 'private' });
    await first.clock.advance(1);
    first.made.stop();
    const second = outbox([], first.entries);
    second.made.start();
    await second.clock.advance(1);
    const body = { client_message_id: 'a', content: 'psst', ai: {}, visibility: 'private' };
    expect([...first.bodies, ...second.bodies]).toEqual([body, body]);
  });

  it('sends in the order of writing, one at a time in a room', async () => {
    const { made, bodies, clock } = outbox([lost]);
    made.start();
    for (const id of ['a', 'b', 'c']) made.add({ client_message_id: id, room_id: 'r', content: id });
    await clock.advance(10_000);
    expect(bodies.map((body) => body.client_message_id)).toEqual(['a', 'a', 'b', 'c']);
  });

  it('keeps what was refused until its writer decides, and sends the next', async () => {
    const { made, bodies, clock } = outbox([refused(422, 'validation_failed')]);
    made.start();
    made.add({ client_message_id: 'a', room_id: 'r', content: 'a' });
    made.add({ client_message_id: 'b', room_id: 'r', content: 'b' });
    await clock.advance(60_000);
    expect(bodies.map((body) => body.client_message_id)).toEqual(['a', 'b']);
    expect(made.of('r')).toMatchObject([{ client_message_id: 'a', state: 'refused', code: 'validation_failed' }]);
    made.retry('a');
    await clock.advance(1);
    expect(made.of('r')).toEqual([]);
  });

  it('lets a question wait for an answer to end, and others pass it', async () => {
    const { made, bodies, entries, clock } = outbox([refused(409, 'generation_running'), sent, refused(409, 'generation_running'), sent]);
    made.start();
    made.add({ client_message_id: 'a', room_id: 'r', content: 'why?', ai: {} });
    made.add({ client_message_id: 'b', room_id: 'r', content: 'b' });
    await clock.advance(1_000);
    expect(bodies.map((body) => body.client_message_id)).toEqual(['a', 'b']);
    expect(made.of('r')).toMatchObject([{ client_message_id: 'a', state: 'queued' }]);
    made.release('r');
    await clock.advance(1);
    expect(made.of('r')).toMatchObject([{ client_message_id: 'a', state: 'queued' }]);
    made.release('r');
    await clock.advance(1);
    expect(bodies.map((body) => body.client_message_id)).toEqual(['a', 'b', 'a', 'a']);
    expect(entries.size).toBe(0);
  });

  it('asks a waiting question in the end although nobody told that an answer ended, and after a reload', async () => {
    const first = outbox([refused(409, 'generation_running')]);
    first.made.start();
    first.made.add({ client_message_id: 'a', room_id: 'r', content: 'why?', ai: {} });
    await first.clock.advance(1);
    const second = outbox([], new Map(first.entries));
    await first.clock.advance(60_000);
    expect(first.bodies).toHaveLength(2);
    second.made.start();
    await second.clock.advance(1);
    expect(second.bodies).toHaveLength(1);
  });

  it('asks a refused question of another model under the same id', async () => {
    const { made, bodies, clock } = outbox([refused(422, 'model_not_allowed')]);
    made.start();
    made.add({ client_message_id: 'a', room_id: 'r', content: 'why?', ai: { provider: 'p', model: 'm' } });
    await clock.advance(1);
    made.retry('a', {});
    await clock.advance(1);
    expect(bodies).toEqual([{ client_message_id: 'a', content: 'why?', ai: { provider: 'p', model: 'm' } }, { client_message_id: 'a', content: 'why?', ai: {} }]);
  });

  it('waits as it is asked to, but an hour holds up nothing', async () => {
    const wait = (seconds: number): Answer => () => Promise.reject(new ApiError(429, 'rate_limited', seconds));
    const { made, bodies, clock } = outbox([wait(20), sent, wait(3_600)]);
    made.start();
    for (const id of ['a', 'b', 'c']) made.add({ client_message_id: id, room_id: 'r', content: id });
    await clock.advance(19_000);
    expect(bodies.map((body) => body.client_message_id)).toEqual(['a']);
    await clock.advance(5_000);
    expect(bodies.map((body) => body.client_message_id)).toEqual(['a', 'a', 'b', 'c']);
    expect(made.of('r')).toMatchObject([{ client_message_id: 'b', state: 'refused', code: 'rate_limited' }]);
  });

  it('outlives the page', async () => {
    const first = outbox([lost]);
    first.made.start();
    first.made.add({ client_message_id: 'a', room_id: 'r', content: 'a' });
    await first.clock.advance(1);
    first.made.stop();

    const second = outbox([], new Map(first.entries));
    expect(second.made.of('r')).toMatchObject([{ client_message_id: 'a', state: 'waiting' }]);
    second.made.start();
    await second.clock.advance(1);
    expect(second.bodies.map((body) => body.client_message_id)).toEqual(['a']);
  });

  it('stops sending what an event has shown to have arrived', async () => {
    const { made, bodies, clock } = outbox([lost]);
    made.start();
    made.add({ client_message_id: 'a', room_id: 'r', content: 'a' });
    await clock.advance(1);
    made.remove('a');
    await clock.advance(60_000);
    expect(bodies).toHaveLength(1);
  });

  it('forgets a room that is lost, in storage too', async () => {
    const { made, entries, clock } = outbox([lost]);
    made.start();
    made.add({ client_message_id: 'a', room_id: 'r', content: 'a' });
    await clock.advance(1);
    made.purge('r');
    expect(entries.size).toBe(0);
  });

  it('sends what another page left waiting, and forgets what another page has sent', async () => {
    const [entries, pages] = [new Map<string, Unsent>(), new Set<() => void>()];
    const sentBy: string[] = [];
    const page = (name: string, answer: Answer) => new Outbox(new VirtualClock(5), {
      sendMessage: (_, body) => {
        sentBy.push(`${name} ${body.client_message_id}`);
        return answer(body);
      },
    }, memoryOutbox(entries, pages), { changed: () => undefined, sent: () => undefined, failed: () => undefined });
    const other = page('other', sent);
    other.start();
    const away = page('away', lost);
    away.start();
    away.add({ client_message_id: 'a', room_id: 'r', content: 'written offline' });
    await new Promise((resolve) => setTimeout(resolve));
    expect(sentBy).toEqual(['away a', 'other a']);
    expect(entries.size).toBe(0);
    expect(away.of('r')).toEqual([]);
  });

  it('keeps what the device could not store, whatever another page does', async () => {
    const [entries, pages] = [new Map<string, Unsent>(), new Set<() => void>()];
    const made = new Outbox(new VirtualClock(5), { sendMessage: () => new Promise(() => undefined) }, { ...memoryOutbox(entries, pages), put: () => undefined }, { changed: () => undefined, sent: () => undefined, failed: () => undefined });
    made.start();
    made.add({ client_message_id: 'a', room_id: 'r', content: 'kept here alone' });
    memoryOutbox(entries, pages).put({ client_message_id: 'b', room_id: 'q', content: 'b', written_at: 1, state: 'refused' });
    expect(made.of('r').map((entry) => entry.content)).toEqual(['kept here alone']);
    expect(made.of('q')).toEqual([]);
  });
});
