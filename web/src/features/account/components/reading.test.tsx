import { fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { json, problem } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { Reading } from './reading';

vi.mock('next/navigation', () => ({ useRouter: () => ({ refresh: () => undefined }) }));

let s: ReturnType<typeof stage>;
beforeEach(() => {
  s = stage();
  s.open();
});
afterEach(() => s.close());

it('shows what was chosen at once, and takes it back where it was refused', async () => {
  let refuse = true;
  s.breakApi((request) => (request.method === 'PATCH' ? request.json().then((body) => (refuse ? problem(503, 'unavailable') : json({ ...s.aki, ...body }))) : null));
  s.show(<Reading />);
  const tick = await screen.findByRole('checkbox');
  expect(tick).toBeChecked();
  fireEvent.click(tick);
  expect(tick).not.toBeChecked();
  await screen.findByRole('alert');
  expect(tick).toBeChecked();
  refuse = false;
  fireEvent.click(tick);
  expect(tick).not.toBeChecked();
  await screen.findByText('No prompt holds your messages, and you cannot ask the AI.');
  await vi.waitFor(() => expect(tick).toBeEnabled());
  expect(tick).not.toBeChecked();
});
