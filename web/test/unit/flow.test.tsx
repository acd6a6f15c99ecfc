import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Chat } from '@/features/chat/components/chat';
import { dropDrafts } from '@/stores/drafts';
import { useCovers } from '@/stores/covers';
import { problem } from '../fake/http';
import { stage } from '../render';

vi.mock('next/link', () => ({ default: ({ href, children, ...props }: React.ComponentProps<'a'>) => <a href={href} {...props}>{children}</a> }));
vi.mock('virtua', () => ({ Virtualizer: ({ children }: { children: React.ReactNode }) => <div>{children}</div> }));

describe('writing in a room', () => {
  let s: ReturnType<typeof stage>;
  let roomId: string;
  const box = () => screen.getByRole('textbox', { name: 'Message' });

  beforeEach(() => {
    s = stage();
    s.open();
    roomId = s.cloud.addRoom(s.aki.id, 'Kyoto').room.id;
    s.cloud.join(roomId, s.ben.id, 'member');
    s.cloud.send(roomId, s.ben.id, 'hello from ben', s.cloud.id());
    vi.stubGlobal('matchMedia', (query: string) => ({ matches: query.includes('fine'), addEventListener: () => undefined, removeEventListener: () => undefined }));
    HTMLElement.prototype.scrollTo ??= () => undefined;
  });
  afterEach(() => {
    dropDrafts();
    s.close();
  });

  const open = async () => {
    const view = s.show(<Chat roomId={roomId} messageId={null} tools={null} />);
    await within(screen.getByRole('log')).findByText('hello from ben');
    return view;
  };
  const kept = () => Object.entries(localStorage).filter(([key]) => key.startsWith('yoriai.draft.'));

  it('keeps a draft on the device under its person and room', async () => {
    await open();
    await userEvent.type(box(), 'half a thought');
    await waitFor(() => expect(kept()).toEqual([[`yoriai.draft.${s.aki.id}.${roomId}`, 'half a thought']]));
    await userEvent.type(box(), '{Enter}');
    await waitFor(() => expect(kept()).toEqual([]));
  });

  it('shows what this person had begun, and nothing of another’s', async () => {
    localStorage.setItem(`yoriai.draft.${s.aki.id}.${roomId}`, 'mine');
    localStorage.setItem(`yoriai.draft.${s.ben.id}.${roomId}`, 'not mine');
    await open();
    await waitFor(() => expect(box()).toHaveValue('mine'));
    expect(localStorage.getItem(`yoriai.draft.${s.ben.id}.${roomId}`)).toBeNull();
  });

  it('drops what an input method commits after Send, and takes what is typed then', async () => {
    await open();
    fireEvent.compositionStart(box());
    fireEvent.change(box(), { target: { value: 'にほん' } });
    fireEvent.submit(box().closest('form')!);
    fireEvent.change(box(), { target: { value: '日本' } });
    expect(box()).toHaveValue('');
    await userEvent.type(box(), 'next');
    expect(box()).toHaveValue('next');
    await waitFor(() => expect([...s.cloud.at(roomId).messages.values()].map((row) => row.content)).toEqual(['hello from ben', 'にほん']));
  });

  it('keeps an edit that could not be saved, with the reason', async () => {
    s.cloud.send(roomId, s.aki.id, 'my words', s.cloud.id());
    s.breakApi((request) => (request.method === 'PATCH' ? Promise.resolve(problem(503, 'unavailable')) : null));
    await open();
    await userEvent.type(box(), '{ArrowUp}');
    const edit = await screen.findByRole('textbox', { name: 'Edit message' });
    await userEvent.clear(edit);
    await userEvent.type(edit, 'better words{Enter}');
    expect(await screen.findByText(/Not saved; your words are still here\./)).toBeInTheDocument();
    expect(screen.getByRole('textbox', { name: 'Edit message' })).toHaveValue('better words');
    await userEvent.keyboard('{Escape}');
    await userEvent.type(box(), '{ArrowUp}');
    expect(await screen.findByRole('textbox', { name: 'Edit message' })).toHaveValue('better words');
  });

  it('does not mark as read what is covered, and does once it is not', async () => {
    vi.spyOn(document, 'hasFocus').mockReturnValue(true);
    const reads: string[] = [];
    s.breakApi((request) => {
      if (request.method === 'PUT' && request.url.endsWith('/read')) reads.push(request.url);
      return null;
    });
    useCovers.setState({ count: 1 });
    await open();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(reads).toEqual([]);
    act(() => useCovers.setState({ count: 0 }));
    await waitFor(() => expect(reads).toHaveLength(1));
  });

  it('says that a room cannot be loaded, and loads it when asked again', async () => {
    s.breakApi((request) => (request.method === 'GET' && /\/messages\?/.test(request.url) ? Promise.resolve(problem(500, 'internal')) : null));
    s.show(<Chat roomId={roomId} messageId={null} tools={null} />);
    expect(await screen.findByRole('heading', { name: 'The messages could not be loaded' })).toBeInTheDocument();
    s.breakApi(() => null);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await within(screen.getByRole('log')).findByText('hello from ben')).toBeInTheDocument();
  });

  it('deletes only after the time to take it back', async () => {
    s.cloud.send(roomId, s.aki.id, 'my words', s.cloud.id());
    await open();
    const mine = screen.getByRole('article', { name: 'Message from Aki' });
    await userEvent.click(within(mine).getByRole('button', { name: 'More' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Delete' }));
    expect(await screen.findByText('Aki’s message was deleted')).toBeInTheDocument();
    expect([...s.cloud.at(roomId).messages.values()].some((row) => row.deleted_at)).toBe(false);
    act(() => void window.dispatchEvent(new Event('pagehide')));
    await waitFor(() => expect([...s.cloud.at(roomId).messages.values()].some((row) => row.deleted_at)).toBe(true));
  });
});
