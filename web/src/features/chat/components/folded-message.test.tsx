import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { json } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { Chat } from './chat';

// A test page has no layout, so that nothing would be in view: all rows are shown.
vi.mock('virtua', () => ({ Virtualizer: ({ children }: { children: React.ReactNode }) => <div>{children}</div> }));

let s: ReturnType<typeof stage>;
let roomId: string;

beforeEach(() => {
  s = stage();
  s.open();
  roomId = s.cloud.addRoom(s.aki.id, 'Kyoto').room.id;
  s.cloud.join(roomId, s.ben.id, 'member');
  s.breakApi((request) => (request.url.includes('/me/blocks') ? Promise.resolve(json({ items: [s.ben], next_cursor: null })) : null));
  HTMLElement.prototype.scrollTo ??= () => undefined;
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
});
afterEach(() => s.close());

it('a long message of somebody I blocked is folded as one, and unfolds as a whole', async () => {
  s.cloud.send(roomId, s.ben.id, 'word '.repeat(100).concat('\n\n').repeat(40), s.cloud.id());
  s.cloud.send(roomId, s.aki.id, 'mine stays', s.cloud.id());
  s.show(<Chat roomId={roomId} messageId={null} tools={null} />);
  const log = within(screen.getByRole('log', { name: 'Messages' }));
  expect(await log.findAllByText('A message from somebody you blocked.')).toHaveLength(1);
  expect(log.queryByText(/word word/)).not.toBeInTheDocument();
  expect(log.getByText('mine stays')).toBeInTheDocument();
  await userEvent.click(log.getByRole('button', { name: 'Show' }));
  await waitFor(() => expect(log.getAllByText(/word word/).length).toBeGreaterThan(1));
  expect(log.queryByText('A message from somebody you blocked.')).not.toBeInTheDocument();
});

it('nor are they said by a quote', async () => {
  const said = s.cloud.send(roomId, s.ben.id, 'words of his', s.cloud.id());
  const answer = s.cloud.send(roomId, s.aki.id, 'an answer', s.cloud.id());
  if (said === 'mismatch' || answer === 'mismatch') throw new Error('mismatch');
  s.show(<Chat roomId={roomId} messageId={null} tools={null} />);
  await screen.findByText('an answer');
  await waitFor(() => expect(s.sent).toContainEqual({ action: 'view', room_id: roomId }));
  act(() => void s.cloud.update(answer.messages[0]!, { reply_to: said.messages[0]!.id }));
  const quote = await screen.findByRole('link', { name: /Reply to/ });
  expect(quote).toHaveTextContent('A message from somebody you blocked.');
  expect(quote).not.toHaveTextContent('words of his');
});

it('a deleted message says whether an admin or moderation deleted it', async () => {
  const sent = s.cloud.send(roomId, s.aki.id, 'soon gone', s.cloud.id());
  if (sent === 'mismatch') throw new Error('mismatch');
  const [message] = sent.messages;
  s.show(<Chat roomId={roomId} messageId={null} tools={null} />);
  await screen.findByText('soon gone');
  await waitFor(() => expect(s.sent).toContainEqual({ action: 'view', room_id: roomId }));
  act(() => void s.cloud.update(message!, { content: '', deleted_at: s.cloud.time(), deleted_by: 'admin' }));
  expect(await screen.findByText('An admin deleted Aki’s message')).toBeInTheDocument();
});
