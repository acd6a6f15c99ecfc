// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Message, Timeline, Unsent } from '@/lib/protocol/types';
import { entriesOf } from './entries';

const message = (id: string, sender: string | null, at: string, more: Partial<Message> = {}) =>
  ({ id, type: sender ? 'human' : 'ai', sender: sender ? { id: sender } : null, created_at: at, deleted_at: null, client_message_id: null, ...more }) as Message;
const timeline = (messages: Message[], more: Partial<Timeline> = {}): Timeline => ({ messages, unsent: [], loaded: true, hasOlder: false, hasNewer: false, ...more });
const options = { myId: 'me', cutoffAt: null, readId: null, dayOf: (at: string) => at.slice(0, 10) };
const shape = (entries: ReturnType<typeof entriesOf>) => entries.map((entry) => (entry.kind === 'message' ? `${entry.message.id}${entry.first ? '' : ' again'}` : entry.kind));

describe('what stands in a conversation', () => {
  it('groups what one person writes within five minutes, on one day', () => {
    const rows = [
      message('1', 'ben', '2026-11-14T09:00:00Z'), message('2', 'ben', '2026-11-14T09:03:00Z'), message('3', 'mei', '2026-11-14T09:04:00Z'),
      message('4', 'mei', '2026-11-14T09:30:00Z'), message('5', null, '2026-11-14T09:30:01Z'), message('6', 'mei', '2026-11-14T09:31:00Z'), message('7', 'mei', '2026-11-15T09:31:01Z'),
    ];
    expect(shape(entriesOf(timeline(rows), options))).toEqual(['day', '1', '2 again', '3', '4', '5', '6', 'day', '7']);
  });

  it('sets apart what others do not see', () => {
    const rows = [
      message('1', 'me', '2026-11-14T09:00:00Z', { visibility: 'public' }), message('2', 'me', '2026-11-14T09:01:00Z', { visibility: 'private' }),
      message('3', 'me', '2026-11-14T09:02:00Z', { visibility: 'private' }), message('4', 'me', '2026-11-14T09:03:00Z', { visibility: 'public' }),
    ];
    const unsent = { client_message_id: 'c', room_id: 'r', content: 'x', written_at: Date.parse('2026-11-14T09:04:00Z'), state: 'waiting', visibility: 'private' } as Unsent;
    const entries = entriesOf(timeline(rows, { unsent: [unsent] }), options);
    expect(shape(entries)).toEqual(['day', '1', '2', '3 again', '4', 'unsent']);
    expect(entries.at(-1)).toMatchObject({ first: true });
  });

  it('puts the divider before the first new message of somebody else', () => {
    const rows = [message('1', 'ben', '2026-11-14T09:00:00Z'), message('2', 'me', '2026-11-14T09:01:00Z'), message('3', 'ben', '2026-11-14T09:02:00Z'), message('4', 'ben', '2026-11-14T09:03:00Z')];
    expect(shape(entriesOf(timeline(rows), { ...options, readId: '1' }))).toEqual(['day', '1', '2', 'new', '3', '4 again']);
    expect(shape(entriesOf(timeline(rows), { ...options, readId: '4' }))).not.toContain('new');
  });

  it('takes what the room says of itself for nobody’s turn', () => {
    const note = message('2', null, '2026-11-14T09:01:00Z', { type: 'system' });
    const rows = [message('1', 'ben', '2026-11-14T09:00:00Z'), note, message('3', 'ben', '2026-11-14T09:02:00Z')];
    expect(shape(entriesOf(timeline(rows), { ...options, readId: '1' }))).toEqual(['day', '1', '2', 'new', '3']);
    expect(shape(entriesOf(timeline(rows.slice(0, 2)), { ...options, readId: '1' }))).toEqual(['day', '1', '2']);
  });

  it('says above its first message what is kept no more', () => {
    const rows = [message('1', 'ben', '2026-11-14T09:00:00Z')];
    const kept = { ...options, beginsAt: '2026-11-14T00:00:00Z' };
    expect(shape(entriesOf(timeline(rows), kept))).toEqual(['begins', 'day', '1']);
    expect(shape(entriesOf(timeline(rows), { ...kept, cutoffAt: '2026-11-13T00:00:00Z' }))).toEqual(['begins', 'day', '1']);
    expect(shape(entriesOf(timeline([]), kept))).toEqual(['begins']);
    expect(shape(entriesOf(timeline(rows, { hasOlder: true }), kept))).toEqual(['day', '1']);
    expect(shape(entriesOf(timeline([], { loaded: false }), kept))).toEqual([]);
  });

  it('marks where the AI starts reading, at the end if nothing was written since', () => {
    const rows = [message('1', 'ben', '2026-11-14T09:00:00.000Z'), message('2', 'ben', '2026-11-14T10:00:00.000Z')];
    expect(shape(entriesOf(timeline(rows), { ...options, cutoffAt: '2026-11-14T09:30:00.000Z' }))).toEqual(['day', '1', 'cutoff', '2']);
    expect(shape(entriesOf(timeline(rows), { ...options, cutoffAt: '2026-11-14T11:00:00.000Z' }))).toEqual(['day', '1', '2 again', 'cutoff'].map((name) => (name === '2 again' ? '2' : name)));
  });

  it('puts a long message into several rows, of which the first has its name and its key', () => {
    const rows = [message('1', 'ben', '2026-11-14T09:00:00Z'), message('2', 'ben', '2026-11-14T09:01:00Z')];
    const entries = entriesOf(timeline(rows), { ...options, textsOf: ({ id }) => (id === '1' ? ['a', 'b', 'c'] : ['d']) });
    expect(entries.slice(1).map((entry) => entry.kind === 'message' && [entry.key, entry.part.text, entry.first, entry.part.head, entry.part.tail])).toEqual([
      ['1', 'a', true, true, false], ['1 1', 'b', false, false, false], ['1 2', 'c', false, false, true], ['2', 'd', false, true, true],
    ]);
  });

  it('ends with what is not sent yet, under the key that its message will have', () => {
    const unsent = { client_message_id: 'c', room_id: 'r', content: 'x', written_at: Date.parse('2026-11-14T09:01:00Z'), state: 'waiting' } as Unsent;
    const before = entriesOf(timeline([message('1', 'me', '2026-11-14T09:00:00Z')], { unsent: [unsent] }), options);
    const after = entriesOf(timeline([message('1', 'me', '2026-11-14T09:00:00Z'), message('2', 'me', '2026-11-14T09:01:00Z', { client_message_id: 'c' })]), options);
    expect(before.at(-1)).toMatchObject({ kind: 'unsent', key: 'c', first: false });
    expect(after.at(-1)).toMatchObject({ kind: 'message', key: 'c', first: false });
  });
});
