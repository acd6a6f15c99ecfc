import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stage } from '../../../../test/render';
import { useInvite } from './room-invitations';

let s: ReturnType<typeof stage>;
beforeEach(() => {
  s = stage();
  s.open();
});
afterEach(() => s.close());

function Page() {
  const invite = useInvite('a-room');
  const url = invite.data && 'url' in invite.data ? invite.data.url : undefined;
  return (
    <>
      <button onClick={() => invite.mutate({ kind: 'link', role: 'member' })}>make</button>
      <output>{invite.isPending ? 'busy' : invite.isError ? 'lost' : (url ?? 'nothing')}</output>
    </>
  );
}

it('repeats a wish whose answer was lost under the same key, and replaces a link whose address was lost with it', async () => {
  const seen: string[] = [];
  const keys: string[] = [];
  s.breakApi((request) => {
    if (!new URL(request.url).pathname.includes('/invitations')) return null;
    seen.push(request.method);
    if (request.method === 'DELETE') return Promise.resolve(new Response(null, { status: 204 }));
    const key = request.headers.get('Idempotency-Key')!;
    const repeated = keys.includes(key);
    keys.push(key);
    if (keys.length === 1) return Promise.resolve(Response.json({ code: 'unavailable', status: 503 }, { status: 503 }));
    const made = { id: `made-${new Set(keys).size}`, kind: 'link' };
    return Promise.resolve(Response.json(repeated ? made : { ...made, url: `https://yoriai.example/join#${key}` }, { status: repeated ? 200 : 201 }));
  });
  s.show(<Page />);
  const make = () => act(() => screen.getByRole('button', { name: 'make' }).click());
  make();
  expect(await screen.findByText('lost')).toBeInTheDocument();
  make();
  expect(await screen.findByText(/^https:/)).toHaveTextContent(keys.at(-1)!);
  expect(seen).toEqual(['POST', 'POST', 'DELETE', 'POST']);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
  make();
  await waitFor(() => expect(new Set(keys).size).toBe(3));
});
