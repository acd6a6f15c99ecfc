import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { json, problem } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import type { Message } from '@/lib/protocol/types';
import { Chat } from './chat';

vi.mock('next/link', () => ({ default: ({ href, children, ...props }: React.ComponentProps<'a'>) => <a href={href} {...props}>{children}</a> }));
vi.mock('virtua', () => ({ Virtualizer: ({ children }: { children: React.ReactNode }) => <div>{children}</div> }));

describe('an answer', () => {
  let s: ReturnType<typeof stage>;
  let [roomId, answer] = [] as unknown as [string, Message];

  beforeEach(() => {
    s = stage();
    s.open();
    roomId = s.cloud.addRoom(s.aki.id, 'Kyoto').room.id;
    const sent = s.cloud.send(roomId, s.aki.id, 'where?', s.cloud.id(), true);
    if (sent === 'mismatch') throw new Error(sent);
    answer = sent.messages[1]!;
    vi.stubGlobal('matchMedia', (query: string) => ({ matches: query.includes('fine'), addEventListener: () => undefined, removeEventListener: () => undefined }));
    HTMLElement.prototype.scrollTo ??= () => undefined;
  });
  afterEach(() => s.close());

  const open = async () => {
    s.show(<Chat roomId={roomId} messageId={null} tools={null} />);
    await within(screen.getByRole('log')).findByText('where?');
  };
  const ended = (finish_reason: string, more = {}, whole: Partial<Message> = {}) => {
    s.cloud.stream(answer.id, roomId, 'Near Gion');
    s.cloud.settle(answer.id, roomId, 'completed');
    const row = s.cloud.at(roomId).messages.get(answer.id)!;
    s.cloud.update(row, { ...whole, ai: { ...row.ai!, finish_reason, ...more } as Message['ai'] });
  };

  it('that failed says why, that nothing was charged, and what to do', async () => {
    s.cloud.settle(answer.id, roomId, 'failed', 'overloaded');
    await open();
    expect(await screen.findByText('The provider is overloaded. Nothing was charged.')).toBeInTheDocument();
    expect(screen.getByText('Try again in a minute, or choose another model.')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Try again' })).toBeInTheDocument();
  });

  it('that failed is asked for again of another model', async () => {
    s.cloud.settle(answer.id, roomId, 'failed', 'overloaded');
    const bodies: unknown[] = [];
    s.breakApi((request) => {
      if (request.url.endsWith('/regenerate')) void request.clone().json().then((body) => bodies.push(body));
      return null;
    });
    await open();
    await userEvent.click(await screen.findByRole('button', { name: 'Another model' }));
    await userEvent.click(await screen.findByRole('option', { name: /SmolLM2/ }));
    await vi.waitFor(() => expect(bodies).toEqual([{ provider: 'local', model: 'smollm2' }]));
  });

  it('says who wrote each attempt', async () => {
    ended('stop');
    const question = s.cloud.at(roomId).messages.get(answer.answers!)!;
    s.cloud.regenerate(question);
    const row = s.cloud.at(roomId).messages.get(answer.id)!;
    s.cloud.update(row, { ai: { ...row.ai!, provider: 'local', model: 'smollm2' } });
    ended('stop');
    await open();
    const article = within(screen.getByRole('article', { name: 'Message from SmolLM2 135M' }));
    expect(within(article.getByRole('group', { name: 'Attempts' })).getByText('SmolLM2 135M')).toBeInTheDocument();
    await userEvent.click(article.getByRole('button', { name: 'Earlier attempt' }));
    const earlier = within(await screen.findByRole('article', { name: 'Message from Scripted' }));
    expect(within(earlier.getByRole('group', { name: 'Attempts' })).getByText('Scripted')).toBeInTheDocument();
  });

  it('opens the summary that it was given, and says so where that is gone', async () => {
    ended('stop', { used_summary: true, charged_tokens: 12 });
    let gone = false;
    s.breakApi((request) => (request.url.endsWith('/summary')
      ? Promise.resolve(gone ? problem(404, 'not_found') : json({ text: 'They spoke of Kyoto.', from_message_id: answer.answers, to_message_id: answer.answers, provider: 'local', model: 'smollm2', created_at: answer.created_at }))
      : null));
    await open();
    await userEvent.click(await screen.findByRole('button', { name: 'a summary stood for older messages' }));
    const dialog = await screen.findByRole('dialog', { name: 'What stood for older messages' });
    expect(await within(dialog).findByText('They spoke of Kyoto.')).toBeInTheDocument();
    expect(within(dialog).getByText(/SmolLM2 135M summarised everything/)).toBeInTheDocument();
    gone = true;
    await userEvent.click(within(dialog).getByRole('button', { name: 'Close' }));
    await userEvent.click(screen.getByRole('button', { name: 'a summary stood for older messages' }));
    expect(await screen.findByText(/not kept any more/)).toBeInTheDocument();
  });

  it('that was cut says so, and offers to go on in words one can change', async () => {
    ended('length', { reasoning_tokens: 40 });
    await open();
    expect(screen.getByText('The answer reached its length limit and was cut.')).toBeInTheDocument();
    expect(screen.getByText(/40 of them thinking/)).toBeInTheDocument();
    await userEvent.type(screen.getByRole('textbox', { name: 'Message' }), 'and');
    await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
    const box = screen.getByRole('textbox', { name: 'Message' });
    expect(box).toHaveValue('and\nPlease continue from where you stopped.');
    expect(box).toHaveFocus();
  });

  it('that a filter ended says that in its own words', async () => {
    ended('content_filter');
    await open();
    expect(screen.getByText('The provider’s content filter ended the answer here.')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Continue' })).not.toBeInTheDocument();
  });

  it('without a word says why there is none', async () => {
    ended('length', { error_code: 'empty_reply', charged_tokens: 900 }, { status: 'failed', content: '' });
    await open();
    expect(screen.getByText(/used up its limit before it wrote a word/)).toBeInTheDocument();
  });

  it('that simply ended says nothing', async () => {
    ended('stop');
    await open();
    expect(screen.queryByText(/length limit|content filter/)).not.toBeInTheDocument();
  });

  it('that is thought about says for how long, and what about if one asks, until it begins', async () => {
    await open();
    expect(screen.getByText('Thinking')).toBeInTheDocument();
    await vi.waitFor(() => expect(s.sent).toContainEqual({ action: 'view', room_id: roomId }));
    const think = (elapsed_ms: number, text: string) => act(() => s.push({ type: 'ai.thinking', room_id: roomId, message_id: answer.id, attempt: 1, elapsed_ms, tokens: 12, text }));
    think(12_000, '');
    expect(await screen.findByText('Thinking… 12 s')).toBeInTheDocument();
    think(13_000, 'Weighing ');
    think(14_000, 'Weighing **temples**');
    think(13_500, 'overtaken');
    expect((await screen.findByText('temples')).closest('details')).not.toHaveAttribute('open');
    expect(screen.getByText('temples').closest('p')?.textContent).toBe('Weighing temples');
    act(() => s.cloud.stream(answer.id, roomId, 'Near Gion'));
    expect(await screen.findByText(/Near/)).toBeInTheDocument();
    expect(screen.queryByText(/Thinking/)).not.toBeInTheDocument();
  });

  it('that is thought about already when one comes tells it too', async () => {
    const row = s.cloud.at(roomId).messages.get(answer.id)!;
    s.cloud.update(row, { status: 'streaming', ai: { ...row.ai!, content_attempt: 1 } });
    let asked = 0;
    s.breakApi((request) => {
      asked += Number(request.url.endsWith(`/messages/${answer.id}`));
      return null;
    });
    await open();
    // What the server knew of its text by then: nothing.
    await vi.waitFor(() => expect(asked).toBeGreaterThan(0));
    await act(() => new Promise((answered) => setTimeout(answered, 100)));
    act(() => s.push({ type: 'ai.thinking', room_id: roomId, message_id: answer.id, attempt: 1, elapsed_ms: 12_000, tokens: 12, text: 'Weighing' }));
    expect(await screen.findByText('Thinking… 12 s')).toBeInTheDocument();
  });

  it('that was deleted is not said to have deleted itself', async () => {
    ended('stop');
    await open();
    act(() => void s.cloud.update(s.cloud.at(roomId).messages.get(answer.id)!, { content: '', deleted_at: s.cloud.time() }));
    expect(await screen.findByText('This answer was deleted')).toBeInTheDocument();
  });

  it.each([['admin', 'An admin deleted this answer'], ['moderation', 'This answer was removed by moderation']] as const)('that was deleted by %s says so', async (deleted_by, said) => {
    ended('stop');
    await open();
    act(() => void s.cloud.update(s.cloud.at(roomId).messages.get(answer.id)!, { content: '', deleted_at: s.cloud.time(), deleted_by }));
    expect(await screen.findByText(said)).toBeInTheDocument();
  });

  it('of great length stands in several rows, of which one has its name and one its end', async () => {
    const text = 'word '.repeat(100).concat('\n\n').repeat(40);
    s.cloud.stream(answer.id, roomId, text);
    s.cloud.settle(answer.id, roomId, 'completed');
    await open();
    expect(screen.getAllByRole('article', { name: 'Message from Scripted' })).toHaveLength(1);
    const rest = screen.getAllByRole('article', { name: 'Message from Scripted, continued' });
    expect(rest.length).toBeGreaterThan(1);
    expect(screen.getAllByText(/tokens/)).toHaveLength(1);
    const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    await userEvent.click(within(rest.at(-1)!).getByRole('button', { name: 'Copy' }));
    expect(copied).toHaveBeenCalledWith(text);
  });

  it('says in its menu whether copying worked', async () => {
    ended('stop');
    await open();
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new DOMException('no', 'NotAllowedError'));
    document.execCommand = () => false;
    const row = screen.getByRole('article', { name: 'Message from Scripted' });
    await userEvent.click(within(row).getByRole('button', { name: 'More' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Copy link' }));
    const said = await screen.findByText('Not copied');
    expect(said.closest('[role=menuitem]')).not.toBeNull();
  });
});
