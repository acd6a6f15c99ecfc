import { render, screen } from '@testing-library/react';
import { NextIntlClientProvider } from 'next-intl';
import { expect, it, vi } from 'vitest';
import { ApiError } from '@/lib/protocol/ports';
import en from '../../../../messages/en.json';
import { NO_FILTERS } from '../utils/query';
import { State } from './state';

const search = { hits: [], error: null, searching: false, stale: false, more: null, again: vi.fn() };
const show = (props: Partial<React.ComponentProps<typeof State>>) =>
  render(<NextIntlClientProvider locale="en" messages={en}><State typed="kyoto" asks found={0} filters={{ ...NO_FILTERS, roomId: null }} search={search} offline={false} {...props} /></NextIntlClientProvider>);

it('says how long the server asks one to wait, and that there is no connection', () => {
  const { unmount } = show({ search: { ...search, error: new ApiError(429, 'rate_limited', 12) } });
  expect(screen.getByRole('alert')).toHaveTextContent('You searched a lot at once. Wait 12 seconds.');
  unmount();
  show({ search: { ...search, error: new Error('network') }, offline: true });
  expect(screen.getByRole('alert')).toHaveTextContent('No connection: messages cannot be searched now.');
});

it('says that nothing was found, and why nothing is looked for', () => {
  const { unmount } = show({});
  expect(screen.getByRole('status')).toHaveTextContent(en.search.none.replace('{typed}', 'kyoto'));
  unmount();
  show({ filters: { ...NO_FILTERS, roomId: null, fromAi: true } });
  expect(screen.getByRole('status')).toHaveTextContent('No message that is narrowed down like this holds “kyoto”.');
});

it('knows days that stand the wrong way round', () => {
  show({ asks: false, filters: { ...NO_FILTERS, roomId: null, since: '2026-12-02', till: '2026-12-01' } });
  expect(screen.getByRole('status')).toHaveTextContent('The first day is after the last one.');
});
