import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { json } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { Inbox } from './inbox';

let s: ReturnType<typeof stage>;
let waiting: object[];
let missed: object[] | null;

const invitation = () => ({
  id: s.cloud.id(), room: { id: s.cloud.id(), name: 'Kyoto' }, kind: 'user', role: 'member', invited_by: s.ben, invited_user: s.aki, expires_at: '2030-01-01T00:00:00.000Z', status: 'pending',
});

beforeEach(async () => {
  s = stage();
  s.open();
  [waiting, missed] = [[], null];
  s.breakApi((request) => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith('/api/invitations')) return Promise.resolve(json({ items: waiting, next_cursor: null }));
    if (pathname.endsWith('/me/changes') && missed) return Promise.resolve(json({ messages: [], rooms: [], removed_room_ids: [], invitations: missed, latest_event: 2, has_more: false, reset: false }));
    return null;
  });
  s.show(<Inbox />);
  await waitFor(() => expect(s.sent).toContainEqual(expect.objectContaining({ action: 'heartbeat' })));
  await screen.findByRole('button', { name: 'Invitations' });
});
afterEach(() => s.close());

const told = (type: string, event: number) => s.push({ type, stream: 'user', event, at: '2026-01-01T00:00:00.000Z', data: invitation() });

it('counts an invitation as it is pushed, and no longer when it is taken back', async () => {
  waiting = [invitation()];
  act(() => told('invitation.created', 1));
  expect(await screen.findByRole('button', { name: 'Invitations: 1 waiting' })).toBeInTheDocument();
  waiting = [];
  act(() => told('invitation.updated', 2));
  expect(await screen.findByRole('button', { name: 'Invitations' })).toBeInTheDocument();
});

it('counts one that the log tells of because its push was lost', async () => {
  waiting = [invitation()];
  missed = [invitation()];
  // The second event alone: the first is missing, and the log is asked.
  act(() => told('room.left', 2));
  expect(await screen.findByRole('button', { name: 'Invitations: 1 waiting' }, { timeout: 5_000 })).toBeInTheDocument();
});
