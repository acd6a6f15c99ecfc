// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Message, Room } from './types';
import { RoomState } from './room-state';

const user = (id: string) => ({ id, username: id, locale: 'en', created_at: '' }) as Message['sender'];
const message = (id: string, event: number, names: string[], more: Partial<Message> = {}) => ({
  id, event, sequence: event, type: 'human', status: 'completed', sender: user('ben'), content: '', visibility: 'public', answers: null, client_message_id: null, deleted_at: null, ai: null, created_at: '',
  mentions: names.map((name) => (name === 'all' ? { kind: 'all', user_id: null, name } : { kind: 'user', user_id: name, name })), ...more,
}) as Message;
const room = (more: Partial<Room>) => ({ id: 'r', latest_event: 0, last_sequence: 0, last_message: null, ...more }) as Room;
const snapshot = (last: Message, unread: number, unread_mentions: number, read: string | null = null) =>
  room({ latest_event: last.event, last_sequence: last.event, first_sequence: 1, history_begins_at: null, last_message: last, unread_count: unread, unread_mentions, last_read_message_id: read });

describe('unread messages that name me', () => {
  it('are those that the server counted and those that came since', () => {
    const state = new RoomState(snapshot(message('3', 3, []), 3, 1), 'me');
    expect(state.view().mentions).toBe(1);
    state.messageIs(message('4', 4, ['me']));
    state.messageIs(message('4', 4, ['me']));
    state.messageIs(message('5', 5, ['mei']));
    state.messageIs(message('6', 6, ['all']));
    state.messageIs(message('7', 7, ['all'], { sender: user('ben') }));
    expect(state.view()).toMatchObject({ mentions: 4, unread: 7 });
    state.roomIs(snapshot(message('7', 7, ['all']), 7, 4));
    expect(state.view().mentions).toBe(4);
  });

  it('are read up to a place, and all of them at the end', () => {
    const state = new RoomState(snapshot(message('3', 3, []), 3, 1), 'me');
    state.messageIs(message('4', 4, ['me']));
    state.messageIs(message('5', 5, ['me']));
    state.readIs('4', 4);
    expect(state.view().mentions).toBe(1);
    state.readIs('5', 5);
    expect(state.view().mentions).toBe(0);
    // An answer that was on its way when I read counts no more.
    state.roomIs(snapshot(message('5', 5, ['me']), 5, 3));
    expect(state.view().mentions).toBe(0);
  });

  it('are fewer when one is deleted or names me no more, and never mine', () => {
    const state = new RoomState(snapshot(message('3', 3, ['me']), 1, 1), 'me');
    state.messageIs(message('3', 4, [], { deleted_at: 'now' }));
    expect(state.view().mentions).toBe(0);
    state.messageIs(message('5', 5, ['me']));
    expect(state.view().mentions).toBe(1);
    state.messageIs(message('5', 6, []));
    expect(state.view().mentions).toBe(0);
    state.messageIs(message('7', 7, ['all'], { sender: user('me') }));
    expect(state.view().mentions).toBe(0);
  });

  it('are counted anew after the log told to forget', () => {
    const state = new RoomState(snapshot(message('3', 3, []), 3, 2), 'me');
    state.messageIs(message('4', 4, ['me']));
    state.startAnew(snapshot(message('4', 4, ['me']), 1, 1, '3'));
    expect(state.view().mentions).toBe(1);
  });
});
