import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { stage } from '../../test/render';
import { Confirm } from './confirm';

let s: ReturnType<typeof stage>;
beforeEach(() => {
  s = stage();
  s.open();
});
afterEach(() => s.close());

it('stays while what was confirmed is under way, and closes when it is done', async () => {
  let done: () => void = () => undefined;
  const change = vi.fn();
  s.show(<Confirm open onOpenChange={change} title="Remove Ben?" description="He is told." label="Remove" work={() => new Promise<void>((resolve) => (done = resolve))} />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: 'Remove' }));
  await user.keyboard('{Escape}');
  await user.click(screen.getByRole('button', { name: 'Close' }));
  expect(screen.getByRole('button', { name: 'Cancel' })).toBeDisabled();
  expect(change).not.toHaveBeenCalled();
  done();
  await waitFor(() => expect(change).toHaveBeenCalledExactlyOnceWith(false));
});

it('is called off before', async () => {
  const change = vi.fn();
  s.show(<Confirm open onOpenChange={change} title="Remove Ben?" description="He is told." label="Remove" work={() => Promise.resolve()} />);
  await userEvent.setup().keyboard('{Escape}');
  await waitFor(() => expect(change).toHaveBeenCalledExactlyOnceWith(false));
});
