import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Toasts } from '@/components/toasts';
import { editPlace, useDraft } from '@/stores/drafts';
import { useToasts } from '@/stores/toasts';
import { stage } from '../../../test/render';
import { leavingRoom, useLeftRooms } from './left-rooms';
import { useRooms } from './hooks';

let s: ReturnType<typeof stage>;
let roomId: string;

beforeEach(() => {
  s = stage();
  s.open();
  roomId = s.cloud.addRoom(s.ben.id, 'Kyoto').room.id;
  s.cloud.join(roomId, s.aki.id, 'member');
});
afterEach(() => {
  s.close();
  useToasts.setState({ toasts: [] });
});

function Page() {
  useLeftRooms();
  const [draft, setDraft] = useDraft(roomId);
  const [, setEdit] = useDraft(editPlace(roomId, 'a-message'));
  return (
    <>
      <input aria-label="draft" value={draft} onChange={(event) => setDraft(event.target.value)} />
      <output>{useRooms().length}</output>
      <button onClick={() => { setDraft('half a thought'); setEdit('said better'); }}>type</button>
      <Toasts />
    </>
  );
}

async function open() {
  s.show(<Page />);
  // The socket stands: what happens now is pushed.
  await waitFor(() => expect(s.sent).toContainEqual(expect.objectContaining({ action: 'heartbeat' })));
  act(() => screen.getByRole('button', { name: 'type' }).click());
  await waitFor(() => expect(kept()).toHaveLength(2));
}

/** What the device holds of the room. */
const kept = () => Object.keys(localStorage).filter((key) => key.includes(roomId));

it('a room that I was taken out of takes its draft from the device, and I am told', async () => {
  await open();
  act(() => s.cloud.leave(roomId, s.aki.id));
  expect(await screen.findByText('You are no longer in “Kyoto”.')).toBeInTheDocument();
  // Where it was being typed it can still be taken along.
  expect(screen.getByRole('textbox', { name: 'draft' })).toHaveValue('half a thought');
  expect(kept()).toEqual([]);
});

it('a room that I left myself says nothing', async () => {
  await open();
  leavingRoom(roomId);
  act(() => s.cloud.leave(roomId, s.aki.id));
  await waitFor(() => expect(kept()).toEqual([]));
  expect(screen.queryByText(/You are no longer in/)).not.toBeInTheDocument();
});
