import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { problem } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { Chat } from './chat';

vi.mock('next/link', () => ({ default: ({ href, children, ...props }: React.ComponentProps<'a'>) => <a href={href} {...props}>{children}</a> }));
// A test page has no layout, so that nothing would be in view: all rows are shown.
vi.mock('virtua', () => ({ Virtualizer: ({ children }: { children: React.ReactNode }) => <div>{children}</div> }));

describe('a room on screen', () => {
  let s: ReturnType<typeof stage>;
  let roomId: string;
  const log = () => screen.getByRole('log');

  beforeEach(() => {
    s = stage();
    s.open();
    const room = s.cloud.addRoom(s.aki.id, 'Kyoto');
    roomId = room.room.id;
    s.cloud.join(roomId, s.ben.id, 'member');
    s.cloud.send(roomId, s.ben.id, 'hello from ben', s.cloud.id());
    vi.stubGlobal('matchMedia', (query: string) => ({ matches: query.includes('fine'), addEventListener: () => undefined, removeEventListener: () => undefined }));
    HTMLElement.prototype.scrollTo ??= () => undefined;
  });
  afterEach(() => s.close());

  async function open(locale: 'en' | 'ja' = 'en') {
    const view = s.show(<Chat roomId={roomId} messageId={null} tools={null} />, locale);
    await within(log()).findByText('hello from ben');
    return view;
  }

  it('shows what others write as it is pushed', async () => {
    await open();
    await waitFor(() => expect(s.sent).toContainEqual({ action: 'view', room_id: roomId }));
    act(() => void s.cloud.send(roomId, s.ben.id, 'and again', s.cloud.id()));
    expect(await within(log()).findByText('and again')).toBeInTheDocument();
  });

  it('sends with Enter, and shows the message at once', async () => {
    await open();
    await userEvent.type(screen.getByRole('textbox', { name: 'Message' }), 'good morning{Enter}');
    expect(within(log()).getByText('good morning')).toBeInTheDocument();
    await waitFor(() => expect([...s.cloud.at(roomId).messages.values()].map((row) => row.content)).toContain('good morning'));
    expect(screen.getByRole('textbox', { name: 'Message' })).toHaveValue('');
  });

  it('never sends while an input method composes', async () => {
    await open('ja');
    const box = screen.getByRole('textbox', { name: 'メッセージ' });
    await userEvent.type(box, 'きょう');
    fireEvent.keyDown(box, { key: 'Enter', isComposing: true });
    fireEvent.keyDown(box, { key: 'Enter', keyCode: 229 });
    expect(box).toHaveValue('きょう');
    expect(s.cloud.at(roomId).messages.size).toBe(1);
    fireEvent.keyDown(box, { key: 'Enter', keyCode: 13 });
    expect(box).toHaveValue('');
  });

  it('breaks the line with Shift+Enter', async () => {
    await open();
    await userEvent.type(screen.getByRole('textbox', { name: 'Message' }), 'one{Shift>}{Enter}{/Shift}two');
    expect(screen.getByRole('textbox', { name: 'Message' })).toHaveValue('one\ntwo');
  });

  it('asks the AI by the switch or by @ai, and shows the answer as it grows and ends', async () => {
    await open();
    await userEvent.type(screen.getByRole('textbox', { name: 'Message' }), '@ai where?{Enter}');
    expect(await screen.findByText('Thinking')).toBeInTheDocument();
    await waitFor(() => expect(s.cloud.at(roomId).messages.size).toBe(3));
    const answer = [...s.cloud.at(roomId).messages.values()].at(-1)!;
    expect(screen.getByRole('button', { name: 'Stop the answer' })).toBeInTheDocument();
    act(() => s.cloud.stream(answer.id, roomId, 'Near **Gion**'));
    await waitFor(() => expect(screen.getByText('Gion')).toBeInTheDocument());
    act(() => s.cloud.settle(answer.id, roomId, 'completed'));
    expect(await screen.findByText(/tokens · paid by Aki/)).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Stop the answer' })).not.toBeInTheDocument();
  });

  it('says why an answer failed and that it cost nothing, and tries again', async () => {
    await open();
    const sent = s.cloud.send(roomId, s.aki.id, 'why?', s.cloud.id(), true);
    if (sent === 'mismatch') throw new Error('mismatch');
    const answer = sent.messages[1]!;
    act(() => s.cloud.settle(answer.id, roomId, 'failed', 'worker_lost'));
    expect(await screen.findByText('The answer broke off. Nothing was charged.')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Thinking')).toBeInTheDocument();
    expect(s.cloud.at(roomId).messages.get(answer.id)!.ai!.attempt).toBe(2);
  });

  it('looks back at an earlier attempt', async () => {
    const sent = s.cloud.send(roomId, s.aki.id, 'which?', s.cloud.id(), true);
    if (sent === 'mismatch') throw new Error('mismatch');
    const [question, answer] = sent.messages as [typeof sent.messages[0], typeof sent.messages[0]];
    s.cloud.stream(answer.id, roomId, 'the first answer');
    s.cloud.settle(answer.id, roomId, 'completed');
    s.cloud.regenerate(question);
    s.cloud.stream(answer.id, roomId, 'the second answer');
    s.cloud.settle(answer.id, roomId, 'completed');
    await open();
    expect(screen.getByText('the second answer')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Earlier attempt' }));
    expect(await screen.findByText('the first answer')).toBeInTheDocument();
    expect(screen.getByText('1/2')).toBeInTheDocument();
  });

  it('keeps an unsent message with a clock, also over a reload, and sends it once', async () => {
    s.breakApi((request) => (request.method === 'POST' && request.url.endsWith('/messages') ? Promise.resolve(problem(503, 'unavailable')) : null));
    const first = await open();
    await userEvent.type(screen.getByRole('textbox', { name: 'Message' }), 'keep me{Enter}');
    expect(await screen.findByRole('img', { name: 'Waiting to be sent' })).toBeInTheDocument();
    first.unmount();

    s.breakApi(() => null);
    await open();
    await waitFor(() => expect([...s.cloud.at(roomId).messages.values()].filter((row) => row.content === 'keep me')).toHaveLength(1));
    await waitFor(() => expect(screen.queryByRole('img', { name: 'Waiting to be sent' })).not.toBeInTheDocument());
    expect(within(log()).getAllByText('keep me')).toHaveLength(1);
  });

  it('says what was refused, and lets its writer discard it', async () => {
    s.breakApi((request) => (request.method === 'POST' && request.url.endsWith('/messages') ? Promise.resolve(problem(422, 'model_not_allowed')) : null));
    await open();
    await userEvent.type(screen.getByRole('textbox', { name: 'Message' }), 'too much{Enter}');
    expect(await screen.findByText(/Not sent\. This room does not allow this model/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Discard' }));
    expect(within(log()).queryByText('too much')).not.toBeInTheDocument();
  });

  it('keeps a question that comes while too many answers are written, says so, lets others pass, and asks it when one has ended', async () => {
    const running = s.cloud.send(roomId, s.aki.id, 'first', s.cloud.id(), true);
    if (running === 'mismatch') throw new Error(running);
    let posts = 0;
    s.breakApi((request) => (request.method === 'POST' && request.url.endsWith('/messages') && posts++ === 0 ? Promise.resolve(problem(409, 'generation_running')) : null));
    await open();
    const box = screen.getByRole('textbox', { name: 'Message' });
    await userEvent.type(box, 'and then?{Enter}');
    expect(await screen.findByText(/asked as soon as one of them has ended/)).toBeInTheDocument();
    expect(screen.queryByText(/Not sent/)).not.toBeInTheDocument();
    const stored = () => [...s.cloud.at(roomId).messages.values()].map((row) => row.content);
    await userEvent.type(box, 'passing by{Enter}');
    await waitFor(() => expect(stored()).toContain('passing by'));
    expect(stored()).not.toContain('and then?');
    act(() => {
      s.cloud.stream(running.messages[1]!.id, roomId, 'done');
      s.cloud.settle(running.messages[1]!.id, roomId, 'completed');
    });
    await waitFor(() => expect(stored()).toContain('and then?'));
    await waitFor(() => expect(screen.queryByText(/asked as soon as/)).not.toBeInTheDocument());
  });

  it('edits one’s own message, hides it from the AI, deletes it', async () => {
    s.cloud.send(roomId, s.aki.id, 'my words', s.cloud.id());
    await open();
    const mine = () => screen.getByRole('article', { name: 'Message from Aki' });
    await userEvent.click(within(mine()).getByRole('button', { name: 'Edit' }));
    const box = await screen.findByRole('textbox', { name: 'Edit message' });
    await userEvent.clear(box);
    await userEvent.type(box, 'better words{Enter}');
    expect(await within(log()).findByText('better words')).toBeInTheDocument();
    expect(screen.getByText('edited')).toBeInTheDocument();
    expect(screen.getByRole('textbox', { name: 'Message' })).toHaveFocus();
    await userEvent.click(within(mine()).getByRole('button', { name: 'Do not show to the AI' }));
    expect(await screen.findByText('not shown to the AI')).toBeInTheDocument();
    await userEvent.click(within(mine()).getByRole('button', { name: 'More' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Delete' }));
    expect(await screen.findByText('Aki’s message was deleted')).toBeInTheDocument();
  });

  it('shows who is typing, until their message comes', async () => {
    await open();
    await waitFor(() => expect(s.sent).toContainEqual({ action: 'view', room_id: roomId }));
    act(() => s.push({ type: 'typing', room_id: roomId, user: s.ben }));
    expect(await screen.findByText('Ben is typing')).toBeInTheDocument();
    act(() => void s.cloud.send(roomId, s.ben.id, 'here it is', s.cloud.id()));
    await waitFor(() => expect(screen.queryByText('Ben is typing')).not.toBeInTheDocument());
  });

  it('draws a line before what is new', async () => {
    s.cloud.at(roomId).read.set(s.aki.id, { id: [...s.cloud.at(roomId).messages.keys()][0]!, sequence: 1 });
    s.cloud.send(roomId, s.ben.id, 'new to aki', s.cloud.id());
    await open();
    const line = screen.getByRole('separator', { name: 'New messages' });
    expect(line.compareDocumentPosition(screen.getByText('new to aki')) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  });

  it('leaves nothing of a room whose access is lost', async () => {
    await open();
    await waitFor(() => expect(s.sent).toContainEqual({ action: 'view', room_id: roomId }));
    act(() => s.cloud.leave(roomId, s.aki.id));
    expect(await screen.findByText('This room is not here')).toBeInTheDocument();
  });
});
