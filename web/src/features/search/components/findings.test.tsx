import { screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { json } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { Findings } from './findings';

let s: ReturnType<typeof stage>;

beforeEach(() => {
  s = stage();
  s.open();
});
afterEach(() => s.close());

it('does not spread out what somebody I blocked said', async () => {
  s.breakApi((request) => (request.url.includes('/me/blocks') ? Promise.resolve(json({ items: [s.ben], next_cursor: null })) : null));
  const room = s.cloud.addRoom(s.aki.id, 'Kyoto').room;
  s.cloud.join(room.id, s.ben.id, 'member');
  const hits = [s.ben, s.aki].map((person) => {
    const sent = s.cloud.send(room.id, person.id, `words of ${person.username}`, s.cloud.id());
    if (sent === 'mismatch') throw new Error('mismatch');
    const message = sent.messages[0]!;
    return { kind: 'hit' as const, id: message.id, hit: { room: { id: room.id, name: 'Kyoto' }, message, excerpt: message.content, matches: [] } };
  });
  s.show(<Findings id="f" options={hits} marked={0} stale={false} mark={() => undefined} choose={() => undefined} />);
  await waitFor(() => expect(screen.queryByText(`words of ${s.ben.username}`)).not.toBeInTheDocument());
  expect(screen.getByText('A message from somebody you blocked.')).toBeInTheDocument();
  expect(screen.getByText(`words of ${s.aki.username}`)).toBeInTheDocument();
});
