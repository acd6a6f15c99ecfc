import { render } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { go, useBackCloses } from './navigation';

afterEach(() => vi.restoreAllMocks());

function Overlay({ close = () => undefined }: { close?: () => void }) {
  useBackCloses(true, close);
  return null;
}

it('goes where it was told although what lay over the page is only just closing', async () => {
  history.replaceState(null, '', '/rooms/1');
  const { unmount } = render(<Overlay />);
  // A browser goes back later.
  const back = vi.spyOn(history, 'back').mockImplementation(() => undefined);
  unmount();
  await vi.waitFor(() => expect(back).toHaveBeenCalledOnce());
  go('/rooms');
  expect(location.pathname).toBe('/rooms/1');
  // Now it has arrived at the page below.
  history.replaceState(null, '', '/rooms/1');
  window.dispatchEvent(new PopStateEvent('popstate'));
  expect(location.pathname).toBe('/rooms');
  go('/groups');
  expect(location.pathname).toBe('/groups');
});

it('keeps open what was opened while the history still goes back from what closed before it', async () => {
  history.replaceState(null, '', '/rooms/1');
  const { unmount } = render(<Overlay />);
  const back = vi.spyOn(history, 'back').mockImplementation(() => undefined);
  unmount();
  await vi.waitFor(() => expect(back).toHaveBeenCalledOnce());
  const close = vi.fn();
  render(<Overlay close={close} />);
  const arrive = () => {
    history.replaceState(null, '', '/rooms/1');
    window.dispatchEvent(new PopStateEvent('popstate'));
  };
  arrive();
  expect(close).not.toHaveBeenCalled();
  // Its own Back still closes it.
  arrive();
  expect(close).toHaveBeenCalledOnce();
});
