import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { json, problem } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { Chat } from './chat';

vi.mock('next/link', () => ({ default: ({ href, children, ...props }: React.ComponentProps<'a'>) => <a href={href} {...props}>{children}</a> }));
// A test page has no layout, so that nothing would be in view: all rows are shown.
vi.mock('virtua', () => ({ Virtualizer: ({ children }: { children: React.ReactNode }) => <div>{children}</div> }));

describe('what a question would cost', () => {
  let s: ReturnType<typeof stage>;
  let asked: { draft?: string; detail?: string }[];
  beforeEach(() => {
    s = stage();
    s.open();
    asked = [];
    vi.stubGlobal('matchMedia', (query: string) => ({ matches: query.includes('fine'), addEventListener: () => undefined, removeEventListener: () => undefined }));
    HTMLElement.prototype.scrollTo ??= () => undefined;
  });
  afterEach(() => s.close());

  /** A room of Aki's, whose prompt has ten tokens and as many more as the draft has characters, of so many that fit. */
  async function open(limit: number, refused = false) {
    const { room } = s.cloud.addRoom(s.aki.id, 'Kyoto');
    const said = s.cloud.send(room.id, s.aki.id, 'hello', s.cloud.id());
    if (said === 'mismatch') throw new Error(said);
    const answer = async (request: Request) => {
      const body = (await request.clone().json()) as { draft?: string; detail?: string };
      asked.push(body);
      if (refused) return problem(402, 'insufficient_balance');
      const tokens = 10 + (body.draft?.length ?? 0);
      return json({
        provider: 'p', model: 'm', effort: 'default', total_tokens: tokens, limit, truncated: false, payer: s.aki, summary: null,
        estimate: { tokens_min: 1000 + tokens, tokens_max: 5000, price_min: 0.001, price_max: 0.01 },
        items: body.detail === 'totals' ? [] : [{ message_id: said.messages[0]!.id, kind: 'message', speaker: 'user', author: s.aki.username, text: 'hello', tokens }],
      });
    };
    s.breakApi((request) => (new URL(request.url).pathname.endsWith('/ai/context') ? answer(request) : null));
    s.show(<Chat roomId={room.id} messageId={null} tools={null} />);
    await within(screen.getByRole('log')).findByText('hello');
  }

  it('is told for the words that stand there, and opens what the AI sees', async () => {
    await open(10_000);
    await userEvent.click(screen.getByRole('textbox', { name: 'Message' }));
    await userEvent.paste('@ai why?');
    const line = await screen.findByRole('button', { name: '≈ 1,018 tokens' });
    expect(asked.filter((body) => body.draft !== undefined)).toEqual([{ draft: '@ai why?', detail: 'totals' }]);
    await userEvent.click(line);
    const panel = await screen.findByRole('dialog', { name: 'What the AI sees' });
    expect(await within(panel).findByRole('link', { name: 'hello' })).toHaveAttribute('href', expect.stringContaining('?message='));
    expect(within(panel).getByText('18 of 10,000 tokens')).toBeInTheDocument();
  });

  it('warns where nearly everything that fits is used', async () => {
    await open(20);
    await userEvent.type(screen.getByRole('textbox', { name: 'Message' }), '@ai why?');
    expect(await screen.findByText(/the oldest messages no longer fit/)).toBeInTheDocument();
  });

  it('says nothing where the question would be refused', async () => {
    await open(20, true);
    await userEvent.type(screen.getByRole('textbox', { name: 'Message' }), '@ai why?');
    await vi.waitFor(() => expect(asked.some((body) => body.draft !== undefined)).toBe(true));
    expect(screen.queryByText(/≈/)).not.toBeInTheDocument();
  });
});
