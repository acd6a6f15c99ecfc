import { expect, it } from 'vitest';
import { RoomState } from './room-state';
import type { Member, Message, Room } from './types';

const user = (name: string) => ({ id: 'ben', username: 'ben', display_name: name, locale: 'en', created_at: '' }) as const;
const message = { id: '1', event: 1, sequence: 1, room_id: 'r', type: 'human', status: 'completed', sender: user('Ben'), content: 'hello', visibility: 'public', answers: null, client_message_id: null, deleted_at: null, ai: null, created_at: '' } as unknown as Message;

it('a new name stands on what was written before, too', () => {
  const room = { id: 'r', role: 'member', last_message: message, last_read_message_id: null, last_sequence: 1, first_sequence: 1, history_begins_at: null, latest_event: 1, unread_count: 0, unread_mentions: 0 } as unknown as Room;
  const state = new RoomState(room, 'me', () => undefined);
  state.showNewest([message], null);
  const before = state.timeline([]);
  state.memberIs({ user: user('Benjamin'), role: 'member', event: 2, joined_at: '' } as unknown as Member);
  expect(state.timeline([])).not.toBe(before);
  expect(state.timeline([]).messages[0]?.sender?.display_name).toBe('Benjamin');
  expect(state.room.last_message?.sender?.display_name).toBe('Benjamin');
});
