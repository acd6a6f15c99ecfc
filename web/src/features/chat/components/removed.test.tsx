import { act, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { stage } from '../../../../test/render';
import { Chat } from './chat';

// A test page has no layout, so that nothing would be in view: all rows are shown.
vi.mock('virtua', () => ({ Virtualizer: ({ children }: { children: React.ReactNode }) => <div>{children}</div> }));

let s: ReturnType<typeof stage>;

beforeEach(() => {
  s = stage();
  s.open();
  HTMLElement.prototype.scrollTo ??= () => undefined;
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
});
afterEach(() => s.close());

it('what the room no longer keeps goes from the page, and from the replies to it', async () => {
  const roomId = s.cloud.addRoom(s.aki.id, 'Kyoto').room.id;
  s.cloud.join(roomId, s.ben.id, 'member');
  const said = s.cloud.send(roomId, s.ben.id, 'old words', s.cloud.id());
  const reply = s.cloud.send(roomId, s.aki.id, 'young words', s.cloud.id());
  if (said === 'mismatch' || reply === 'mismatch') throw new Error('mismatch');
  s.cloud.update(reply.messages[0]!, { reply_to: said.messages[0]!.id });
  s.show(<Chat roomId={roomId} messageId={null} tools={null} />);
  const log = within(screen.getByRole('log', { name: 'Messages' }));
  expect(await log.findByRole('link', { name: /Reply to .*old words/ })).toBeInTheDocument();
  await waitFor(() => expect(s.sent).toContainEqual({ action: 'view', room_id: roomId }));
  expect(log.queryByText(/^Messages before/)).not.toBeInTheDocument();
  act(() => {
    s.cloud.at(roomId).room = { ...s.cloud.at(roomId).room, retention_days: 30 };
    s.cloud.purge(roomId, 1, true);
  });
  expect(await log.findByText(/^Messages before .+ were removed \(kept for 30 days\)$/)).toBeInTheDocument();
  expect(await log.findByRole('link', { name: 'This message was deleted' })).toBeInTheDocument();
  expect(log.queryByText(/old words/)).not.toBeInTheDocument();
  expect(log.getByText('young words')).toBeInTheDocument();
  expect(await screen.findByText(/ · kept for 30 days$/)).toBeInTheDocument();
});
