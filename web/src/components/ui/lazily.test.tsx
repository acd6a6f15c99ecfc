import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { NextIntlClientProvider } from 'next-intl';
import { expect, it } from 'vitest';
import messages from '../../../messages/en.json';
import { lazily } from './lazily';

it('says where it stands that its code could not come, and comes when asked again', async () => {
  let tries = 0;
  const Part = lazily<{ name: string }>(async () => {
    if (tries++ === 0) throw new Error('Loading chunk failed');
    return ({ name }) => <b>{name} is here</b>;
  });
  render(<NextIntlClientProvider locale="en" messages={messages}><Part name="The form" /><i>the page</i></NextIntlClientProvider>);
  await screen.findByRole('alert');
  expect(screen.getByText('the page')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByText('The form is here');
  expect(screen.queryByRole('alert')).toBeNull();
});
