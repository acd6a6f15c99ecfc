import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { json, problem } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { Chat } from './chat';

vi.mock('next/link', () => ({ default: ({ href, children, ...props }: React.ComponentProps<'a'>) => <a href={href} {...props}>{children}</a> }));
// A test page has no layout, so that nothing would be in view: all rows are shown.
vi.mock('virtua', () => ({ Virtualizer: ({ children }: { children: React.ReactNode }) => <div>{children}</div> }));

describe('who pays', () => {
  let s: ReturnType<typeof stage>;
  beforeEach(() => {
    s = stage();
    s.open();
    vi.stubGlobal('matchMedia', (query: string) => ({ matches: query.includes('fine'), addEventListener: () => undefined, removeEventListener: () => undefined }));
    HTMLElement.prototype.scrollTo ??= () => undefined;
  });
  afterEach(() => s.close());

  /** A room of somebody's, which Aki looks at, while money is answered so. */
  async function open(owner: string, money: () => object, refused?: string) {
    const { room } = s.cloud.addRoom(owner, 'Kyoto');
    if (owner !== s.aki.id) s.cloud.join(room.id, s.aki.id, 'member');
    s.cloud.send(room.id, owner, 'hello', s.cloud.id());
    s.breakApi((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/api/billing/balance' || pathname.endsWith('/spending')) return Promise.resolve(json(money()));
      return refused && request.method === 'POST' && pathname.endsWith('/messages') ? Promise.resolve(problem(402, refused)) : null;
    });
    s.show(<Chat roomId={room.id} messageId={null} tools={null} />);
    await within(screen.getByRole('log')).findByText('hello');
  }

  const ask = async () => {
    const box = screen.getByRole('textbox', { name: 'Message' });
    await userEvent.type(box, '@ai why?{Enter}');
    return screen.findByRole('alert');
  };

  it('tells the payer what is left, and anew when the balance is noticed', async () => {
    let available = 5_000;
    await open(s.aki.id, () => ({ balance: available, held: 0, available, frozen: false, lots: [{ granted: 10_000 }] }));
    expect(await screen.findByText('5,000 tokens left')).toBeInTheDocument();
    available = 900;
    act(() => s.push({ type: 'notice', kind: 'balance', id: s.aki.id }));
    // Under a tenth it leads to the balance.
    expect(await screen.findByRole('link', { name: '900 tokens left' })).toHaveAttribute('href', '/billing');
  });

  it('asks anew once it is connected again, since what was noticed meanwhile came to nobody', async () => {
    let available = 5_000;
    await open(s.aki.id, () => ({ balance: available, held: 0, available, frozen: false, lots: [{ granted: 10_000 }] }));
    expect(await screen.findByText('5,000 tokens left')).toBeInTheDocument();
    available = 7_000;
    act(() => s.cut());
    expect(await screen.findByText('7,000 tokens left', undefined, { timeout: 10_000 })).toBeInTheDocument();
  });

  it('tells a member what is left of their cap, and whom to ask at its end', async () => {
    let left = 60;
    await open(s.ben.id, () => ({ payer_id: s.ben.id, month: '2026-11', spent: 40, monthly_cap: 100, left }), 'cap_reached');
    await userEvent.click(screen.getByRole('button', { name: 'Ask AI' }));
    expect(await screen.findByText('60 tokens of your limit left')).toBeInTheDocument();
    left = 0;
    expect(await within(await ask()).findByText(/Ask Ben to raise the limit, or wait until next month\./)).toBeInTheDocument();
    // What was known of it was not true any more.
    expect(await screen.findByText('0 tokens of your limit left')).toBeInTheDocument();
  });

  it.each([['another’s', false], ['my own, where others wrote', true]])('asks nobody’s AI while it is not known who is in a room: %s', async (_, mine) => {
    const { room } = s.cloud.addRoom(mine ? s.aki.id : s.ben.id, 'Kyoto');
    s.cloud.join(room.id, mine ? s.ben.id : s.aki.id, 'member');
    s.cloud.send(room.id, s.ben.id, 'hello', s.cloud.id());
    const sent: { ai?: object }[] = [];
    s.breakApi((request) => {
      const { pathname } = new URL(request.url);
      if (pathname.endsWith('/members')) return new Promise(() => undefined);
      if (request.method === 'POST' && pathname.endsWith('/messages')) void request.clone().json().then((body: { ai?: object }) => sent.push(body));
      return null;
    });
    s.show(<Chat roomId={room.id} messageId={null} tools={null} />);
    await within(screen.getByRole('log')).findByText('hello');
    await userEvent.type(screen.getByRole('textbox', { name: 'Message' }), 'for people{Enter}');
    await within(screen.getByRole('log')).findByText('for people');
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]?.ai).toBeUndefined();
  });

  it('says nothing of a limit where there is none', async () => {
    await open(s.ben.id, () => ({ payer_id: s.ben.id, month: '2026-11', spent: 40, monthly_cap: null, left: null }), 'insufficient_balance');
    expect(await within(await ask()).findByText(/Ask Ben, whose balance pays here/)).toBeInTheDocument();
    expect(screen.queryByText(/tokens of your limit/)).not.toBeInTheDocument();
  });

  it('leads the payer to the balance', async () => {
    await open(s.aki.id, () => ({ balance: 0, held: 0, available: 0, frozen: false, lots: [] }), 'insufficient_balance');
    expect(await within(await ask()).findByRole('link', { name: 'See balance' })).toHaveAttribute('href', '/billing');
  });
});
