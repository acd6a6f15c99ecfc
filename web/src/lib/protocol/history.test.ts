// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { RoomState } from './room-state';
import type { Message, Room } from './types';

const at = (day: number) => `2026-03-${String(day).padStart(2, '0')}T00:00:00.000Z`;
const idOf = (day: number) => {
  const ms = Date.parse(at(day)).toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-000000000000`;
};
const message = (day: number, more: Partial<Message> = {}) =>
  ({ id: idOf(day), room_id: 'r', sequence: day, event: day, type: 'human', status: 'completed', sender: { id: 'ben' }, content: 'x', visibility: 'public', answers: null, client_message_id: null, mentions: [{ kind: 'all', user_id: null, name: 'all' }], ai: null, deleted_at: null, created_at: at(day), ...more }) as Message;
const room = (more: Partial<Room> = {}) =>
  ({ id: 'r', latest_event: 0, last_sequence: 0, first_sequence: 1, history_begins_at: null, last_message: null, role: 'member', unread_count: 0, unread_mentions: 0, last_read_message_id: null, ...more }) as Room;

/** A room of ten days, a message each, of which the fifth is mine alone. */
function tenDays(from: string | null = null): RoomState {
  const state = new RoomState(room(), 'me');
  state.showNewest([], from);
  for (let day = 1; day <= 10; day++) state.messageIs(message(day, day === 5 ? { sequence: null, visibility: 'private', mentions: [] } : {}));
  return state;
}
/** Without what is mine. */
const pushed = (whole: Room): Room => ({ ...whole, role: undefined, unread_count: undefined, unread_mentions: undefined, last_read_message_id: undefined });
const days = (state: RoomState) => state.timeline([]).messages.map(({ created_at }) => new Date(created_at).getUTCDate());

describe('where a history begins', () => {
  it('lets go of what stands before, with what was mine alone', () => {
    const state = tenDays(idOf(1));
    expect(state.view()).toMatchObject({ unread: 10, mentions: 9 });
    state.roomIs(pushed(room({ latest_event: 11, last_sequence: 10, first_sequence: 7, history_begins_at: at(7) })));
    expect(days(state)).toEqual([7, 8, 9, 10]);
    expect(state.timeline([]).hasOlder).toBe(false);
    expect(state.view()).toMatchObject({ unread: 4, mentions: 4 });
  });

  it('never goes back, whatever comes late', () => {
    const state = tenDays();
    state.roomIs(pushed(room({ latest_event: 11, last_sequence: 10, first_sequence: 7, history_begins_at: at(7) })));
    state.roomIs(room({ latest_event: 10, last_sequence: 10, last_message: message(3) }));
    state.messageIs(message(3, { event: 99 }));
    state.addOlder([message(2)], null);
    expect(days(state)).toEqual([7, 8, 9, 10]);
    expect(state.room).toMatchObject({ first_sequence: 7, history_begins_at: at(7) });
  });

  it('leaves a room without a last message, and takes what comes next', () => {
    const state = tenDays();
    state.roomIs(pushed(room({ latest_event: 11, last_sequence: 10, first_sequence: 11, history_begins_at: at(12) })));
    expect(state.timeline([]).messages).toEqual([]);
    expect(state.room.last_message).toBeNull();
    expect(state.view().unread).toBe(0);
    state.messageIs(message(13, { sequence: 11, event: 12 }));
    expect(days(state)).toEqual([13]);
    expect(state.room.last_message?.sequence).toBe(11);
  });

  it('is forgotten where the log begins anew', () => {
    const state = tenDays();
    state.roomIs(pushed(room({ latest_event: 11, last_sequence: 10, first_sequence: 7, history_begins_at: at(7) })));
    state.startAnew(room({ latest_event: 5, last_sequence: 4 }));
    expect(state.room).toMatchObject({ first_sequence: 1, history_begins_at: null });
  });
});
