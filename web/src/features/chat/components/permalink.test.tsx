import { screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { problem } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { Chat } from './chat';

vi.mock('next/link', () => ({ default: ({ href, children, ...props }: React.ComponentProps<'a'>) => <a href={href} {...props}>{children}</a> }));
vi.mock('virtua', () => ({ Virtualizer: ({ children }: { children: React.ReactNode }) => <div>{children}</div> }));

describe('a link to a message that is not there', () => {
  const nowhere = '01900000-0000-7000-8000-000000000000';
  let s: ReturnType<typeof stage>;
  let roomId: string;

  beforeEach(() => {
    s = stage();
    s.open();
    roomId = s.cloud.addRoom(s.aki.id, 'Kyoto').room.id;
    s.cloud.send(roomId, s.aki.id, 'hello', s.cloud.id());
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
    HTMLElement.prototype.scrollTo ??= () => undefined;
  });
  afterEach(() => s.close());

  const follow = async () => {
    s.show(<Chat roomId={roomId} messageId={nowhere} tools={null} />);
    await within(screen.getByRole('log')).findByText('hello');
  };

  it('says that it is not there, however slow the socket is', async () => {
    s.breakApi((request) => (request.url.includes('/realtime/tickets') ? new Promise(() => undefined) : null));
    await follow();
    expect(await screen.findByText('This is not here any more.')).toBeInTheDocument();
  });

  it('does not say so when it could not be looked for', async () => {
    s.breakApi((request) => (request.url.includes('around=') ? Promise.resolve(problem(503, 'unavailable')) : null));
    await follow();
    expect(await screen.findByText('The connection failed. Check it and try again.')).toBeInTheDocument();
    expect(screen.queryByText('This is not here any more.')).not.toBeInTheDocument();
  });
});
