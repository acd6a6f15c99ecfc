import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useToasts } from '@/stores/toasts';
import { json, problem } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { ForkProgress } from './fork-progress';

let s: ReturnType<typeof stage>;
beforeEach(() => {
  s = stage();
  s.open();
});
afterEach(() => s.close());

/** A copy that is under way; its job answers with what it is told. */
function show(answers: { cancel: 'ok' | 'over' }) {
  const { room } = s.cloud.addRoom(s.aki.id, 'Kyoto (fork)');
  const job = { id: room.id, kind: 'fork', state: 'running', done: 300, total: 1200, error_code: null, room_id: room.id, result: room.id, created_at: '2026-11-01T12:00:00.000Z' };
  s.breakApi((request) => {
    if (!request.url.endsWith(`/jobs/${room.id}`)) return null;
    if (request.method !== 'DELETE') return Promise.resolve(json(job));
    if (answers.cancel === 'over') return Promise.resolve(problem(409, 'conflict'));
    job.state = 'cancelled';
    return Promise.resolve(json(job));
  });
  s.show(<ForkProgress room={s.cloud.roomFor(s.cloud.rooms.get(room.id)!, s.aki.id)} />);
  return room;
}

it('tells how far a copy is, and ends it by a press', async () => {
  history.replaceState(null, '', '/rooms/copy');
  show({ cancel: 'ok' });
  const bar = await screen.findByRole('progressbar', { name: 'Copying' });
  await waitFor(() => expect([bar.getAttribute('value'), bar.getAttribute('max')]).toEqual(['300', '1200']));
  screen.getByText(/300.*1,200/);
  await userEvent.click(screen.getByRole('button', { name: 'Cancel copying' }));
  await waitFor(() => expect(location.pathname).toBe('/rooms'));
  expect(useToasts.getState().toasts.at(-1)).toMatchObject({ amiss: false });
});

it('stays, and says why, where it cannot be ended any more', async () => {
  history.replaceState(null, '', '/rooms/copy');
  show({ cancel: 'over' });
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel copying' }));
  await screen.findByRole('alert');
  expect(location.pathname).toBe('/rooms/copy');
});
