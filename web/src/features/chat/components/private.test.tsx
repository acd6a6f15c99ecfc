import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stage } from '../../../../test/render';
import { Chat } from './chat';

vi.mock('next/link', () => ({ default: ({ href, children, ...props }: React.ComponentProps<'a'>) => <a href={href} {...props}>{children}</a> }));
vi.mock('virtua', () => ({ Virtualizer: ({ children }: { children: React.ReactNode }) => <div>{children}</div> }));

describe('asking in private', () => {
  let s: ReturnType<typeof stage>;
  let roomId: string;
  let bodies: Record<string, unknown>[];

  beforeEach(() => {
    s = stage();
    s.open();
    roomId = s.cloud.addRoom(s.ben.id, 'Kyoto').room.id;
    s.cloud.join(roomId, s.aki.id, 'member');
    s.cloud.send(roomId, s.ben.id, 'hello from ben', s.cloud.id());
    bodies = [];
    s.breakApi((request) => {
      if (request.method === 'POST' && request.url.endsWith('/messages')) void request.clone().json().then((body) => bodies.push(body as Record<string, unknown>));
      return null;
    });
    vi.stubGlobal('matchMedia', (query: string) => ({ matches: query.includes('fine'), addEventListener: () => undefined, removeEventListener: () => undefined }));
    HTMLElement.prototype.scrollTo ??= () => undefined;
  });
  afterEach(() => s.close());

  const open = async () => {
    const view = s.show(<Chat roomId={roomId} messageId={null} tools={null} />);
    await within(screen.getByRole('log')).findByText('hello from ben');
    return view;
  };
  const box = () => screen.getByRole('textbox', { name: 'Message' });
  const toggle = () => screen.findByRole('button', { name: 'Private' });
  const typed = () => s.sent.filter((frame) => (frame as { action: string }).action === 'typing').length;

  it('says who can notice what, sends it so, and tells nobody that one types', async () => {
    await open();
    await userEvent.click(await toggle());
    expect(await screen.findByText(/can notice that somebody asks privately/)).toBeInTheDocument();
    await userEvent.type(box(), '@ben and @ai: psst{Enter}');
    await waitFor(() => expect(bodies).toHaveLength(1));
    expect(bodies[0]).toMatchObject({ content: '@ben and @ai: psst', visibility: 'private', ai: {}, mentions: [{ kind: 'ai' }] });
    expect(typed()).toBe(0);
    expect(await toggle()).toHaveAttribute('aria-pressed', 'true');
    // Without it everything is as before.
    await userEvent.click(await toggle());
    await userEvent.type(box(), 'aloud{Enter}');
    await waitFor(() => expect(bodies).toHaveLength(2));
    expect(bodies[1]).not.toHaveProperty('visibility');
    expect(typed()).toBe(1);
  });

  it('keeps the switch with the draft', async () => {
    const view = await open();
    await userEvent.click(await toggle());
    await userEvent.type(box(), 'half a secret');
    view.unmount();
    await open();
    expect(await toggle()).toHaveAttribute('aria-pressed', 'true');
    expect(box()).toHaveValue('half a secret');
  });
});
