import { act, screen, within } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { problem } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { usePermalink } from '../hooks/use-permalink';
import { entriesOf, type Entry } from '../utils/entries';
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

describe('a link to a message', () => {
  const scrollToIndex = vi.fn();
  const list = { current: { scrollToIndex } as never };
  let s: ReturnType<typeof stage>;
  let come: (entries: Entry[]) => void;

  function Linked({ roomId, messageId, first }: { roomId: string; messageId: string; first: Entry[] }) {
    const [entries, setEntries] = useState(first);
    come = setEntries;
    usePermalink({ roomId, messageId, entries, list, toEnd: () => undefined });
    return null;
  }

  beforeEach(() => {
    s = stage();
    s.open();
    scrollToIndex.mockClear();
  });
  afterEach(() => s.close());

  /** Follows a link to the last of some messages. Answers what there is with those that are older. */
  const linkTo = (roomId: string): Entry[] => {
    for (const text of ['one', 'two', 'three']) s.cloud.send(roomId, s.aki.id, text, s.cloud.id());
    const messages = [...s.cloud.rooms.get(roomId)!.messages.values()];
    const all = entriesOf({ messages, unsent: [] } as never, { myId: s.aki.id, cutoffAt: null, readId: null, dayOf: () => '' });
    s.show(<Linked roomId={roomId} messageId={messages[2]!.id} first={all.slice(2)} />);
    return all;
  };

  /** Lets older messages come above the one that a link has led to. */
  const olderCome = async (meanwhile: () => void) => {
    const all = linkTo(s.cloud.addRoom(s.aki.id, 'Kyoto').room.id);
    await vi.waitFor(() => expect(scrollToIndex).toHaveBeenLastCalledWith(0, { align: 'center' }));
    meanwhile();
    act(() => come(all));
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  };

  it('keeps it in view while older ones come', async () => {
    await olderCome(() => undefined);
    expect(scrollToIndex).toHaveBeenLastCalledWith(2, { align: 'center' });
  });

  it('brings it into view also where the page draws late', async () => {
    // Longer than it takes a message that stands still to be left alone.
    vi.stubGlobal('requestAnimationFrame', (draw: FrameRequestCallback) => setTimeout(() => draw(0), 600));
    vi.stubGlobal('cancelAnimationFrame', (frame: ReturnType<typeof setTimeout>) => clearTimeout(frame));
    const roomId = s.cloud.addRoom(s.aki.id, 'Kyoto').room.id;
    const all = linkTo(roomId);
    await new Promise((late) => setTimeout(late, 500));
    expect(scrollToIndex).not.toHaveBeenCalled();
    act(() => come(all));
    await vi.waitFor(() => expect(scrollToIndex).toHaveBeenLastCalledWith(2, { align: 'center' }));
  });

  it('does not pull back a reader who scrolls on meanwhile', async () => {
    await olderCome(() => window.dispatchEvent(new WheelEvent('wheel')));
    expect(scrollToIndex).toHaveBeenCalledTimes(1);
  });
});
