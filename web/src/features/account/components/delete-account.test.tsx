import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RealtimeClient } from '@/lib/protocol/client';
import { json, problem } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { DeleteAccount } from './delete-account';

let s: ReturnType<typeof stage>;
beforeEach(() => {
  s = stage();
  s.open();
});
afterEach(() => s.close());

it('names the rooms that a master hands over first, and asks for nothing until then', async () => {
  s.cloud.addRoom(s.aki.id, 'Kyoto');
  const nara = s.cloud.addRoom(s.ben.id, 'Nara').room.id;
  s.cloud.join(nara, s.aki.id, 'member');
  s.show(<DeleteAccount />);
  expect(await screen.findByRole('link', { name: 'Kyoto' })).toBeInTheDocument();
  expect(screen.queryByRole('link', { name: 'Nara' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Delete account' })).toBeNull();
});

it('sends the password and the wish, and says which of them was refused', async () => {
  const sent: unknown[] = [];
  const live: string[] = [];
  vi.spyOn(RealtimeClient.prototype, 'stop').mockImplementation(() => void live.push('stop'));
  vi.spyOn(RealtimeClient.prototype, 'start').mockImplementation(() => void live.push('start'));
  const answers = [
    () => json({ type: 'about:blank', title: '', status: 403, code: 'forbidden', detail: '', request_id: '', errors: [{ field: 'password', message: 'is wrong' }] }, 403),
    () => problem(409, 'store_subscription_active'),
  ];
  s.breakApi((request) => (request.method === 'DELETE' ? request.json().then((body) => {
    sent.push(body);
    live.push('sent');
    return answers[sent.length - 1]!();
  }) : null));
  s.show(<DeleteAccount />, 'en');
  await userEvent.click(await screen.findByRole('button', { name: 'Delete account' }));
  await userEvent.click(screen.getByLabelText('Also erase what I said in rooms'));
  const password = screen.getByLabelText('Your password');
  await userEvent.type(password, 'wrong horse');
  await userEvent.click(screen.getByRole('button', { name: 'Delete my account' }));
  await screen.findByText('This password is wrong.');
  await userEvent.type(password, 's');
  expect(screen.queryByText('This password is wrong.')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Delete my account' }));
  await screen.findByText('Cancel the plan in the store where you bought it first.');
  expect(sent).toEqual([{ password: 'wrong horse', messages: true }, { password: 'wrong horses', messages: true }]);
  // The socket, which the server closes, is not opened anew while the answer is on its way, but after a refusal.
  await vi.waitFor(() => expect(live).toEqual(['start', 'stop', 'sent', 'start', 'stop', 'sent', 'start']));
  vi.restoreAllMocks();
});
