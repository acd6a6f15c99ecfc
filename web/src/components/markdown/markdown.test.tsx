import { render, screen, within } from '@testing-library/react';
import { NextIntlClientProvider } from 'next-intl';
import { afterEach, describe, expect, it, vi } from 'vitest';
import en from '../../../messages/en.json';
import type { Author } from '@/lib/markdown/parser';
import { Markdown } from './markdown';

const page = (text: string, author: Author, running = false) => <NextIntlClientProvider locale="en" timeZone="UTC" messages={en}><Markdown text={text} author={author} running={running} /></NextIntlClientProvider>;
const show = (text: string, author: Author = 'model') => render(page(text, author)).container;

afterEach(() => vi.unstubAllGlobals());

describe('Markdown that somebody wrote', () => {
  it('keeps raw HTML as text', () => {
    const shown = show('before <img src=x onerror="alert(1)"> <script>alert(1)</script> <b>after</b>');
    expect(shown.querySelector('script, img, b')).toBeNull();
    expect(shown.textContent).toBe('before <img src=x onerror="alert(1)"> <script>alert(1)</script> <b>after</b>');
  });

  it.each(['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', '//evil.example', '/api/auth/logout'])('does not link to %j, and keeps what was written', (url) => {
    const shown = show(`[x](${url}) ![y](${url})`);
    expect(shown.querySelector('a, img')).toBeNull();
    expect(shown.textContent).toContain(url);
  });

  it('links to the web in a new tab that knows nothing of this one', () => {
    show('[there](https://example.com/a?b=c)');
    const link = screen.getByRole('link', { name: 'there' });
    expect(link).toHaveAttribute('href', 'https://example.com/a?b=c');
    expect(link.getAttribute('rel')).toContain('noopener');
    expect(link.getAttribute('rel')).toContain('noreferrer');
  });

  it('does not load pictures from elsewhere: they become links', () => {
    const shown = show('![a cat](https://example.com/cat.png)');
    expect(shown.querySelector('img')).toBeNull();
    expect(screen.getByRole('link', { name: 'a cat' })).toHaveAttribute('href', 'https://example.com/cat.png');
  });

  it('colours code and names its language', async () => {
    const shown = show('```python\nprint(1)  # one\n```');
    await vi.waitFor(() => expect(shown.querySelector('.hljs-comment')?.textContent).toBe('# one'));
    expect(shown.querySelector('code')?.textContent).toBe('print(1)  # one');
    expect(shown.textContent).toContain('python');
    expect(screen.getByRole('button', { name: 'Copy' })).toBeInTheDocument();
  });

  it('colours no code whose end has not come', async () => {
    const shown = render(page('```python\nx = 1  # one', 'model', true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(shown.container.querySelector('[class*=hljs]')).toBeNull();
    shown.rerender(page('```python\nx = 1  # one\n```', 'model'));
    await vi.waitFor(() => expect(shown.container.querySelector('.hljs-comment')).not.toBeNull());
  });

  it('shows tables and tasks and marks mentions, but not in code or addresses', () => {
    const shown = show('@ai and @mei, not `@code` nor me@example.com nor [@link](https://example.com)\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] one\n- [ ] two');
    expect([...shown.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['@ai', '@mei']);
    expect(shown.querySelectorAll('td')).toHaveLength(2);
    expect(within(shown).getAllByRole('checkbox').map((box) => (box as HTMLInputElement).checked)).toEqual([true, false]);
    expect(shown.querySelector('li')?.textContent).toBe(' one');
  });

  it('lets each block stand by its own direction, and code from the left', () => {
    const shown = show('שלום עולם.\n\nHello.\n\n- אחת\n\n| א | ב |\n|---|---|\n\n`x`\n\n```js\n1\n```');
    expect(shown.querySelectorAll('[dir=auto] [dir=auto]')).toHaveLength(0);
    expect([...shown.querySelectorAll('p, ul, table')].every((block) => block.getAttribute('dir') === 'auto')).toBe(true);
    expect([...shown.querySelectorAll('code')].every((code) => code.closest('[dir]')?.getAttribute('dir') === 'ltr')).toBe(true);
  });

  it('shows a mark that would turn text round', () => {
    expect(show('invoice\u202egpj.exe and `\u202ex`', 'person').textContent).toBe('invoice<U+202E>gpj.exe and <U+202E>x');
  });

  it('sets formulas, and shows those that are none as they were written', async () => {
    const shown = show('It is \\(x^2\\), and $\\frac{$ is broken.\n\n$$\ny_1\n$$');
    await vi.waitFor(() => expect(shown.querySelectorAll('.katex')).toHaveLength(2), 20_000);
    expect(shown.textContent).toContain('\\frac{');
    expect(shown.querySelector('.katex-display annotation')?.textContent).toBe('y_1\n');
  });

  it('reads again only the end of a text that grows', () => {
    const paragraph = `${'word '.repeat(100)}\n\n`;
    const shown = render(page(paragraph.repeat(10), 'model', true));
    const first = shown.container.querySelector('p')!;
    first.dataset.seen = 'yes';
    shown.rerender(page(`${paragraph.repeat(10)}and **more**`, 'model', true));
    expect(shown.container.querySelector('p')).toHaveAttribute('data-seen', 'yes');
    expect(shown.container.querySelector('strong')?.textContent).toBe('more');
    expect(shown.container.querySelectorAll('p')).toHaveLength(11);
  });
});

describe('copying code', () => {
  const press = () => screen.getByRole('button').click();

  it('says that it copied', async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText } });
    show('```\n1\n2\n```');
    press();
    expect(await screen.findByText('Copied')).toBeInTheDocument();
    expect(writeText).toHaveBeenCalledWith('1\n2');
  });

  it.each([['there is no clipboard', undefined], ['the browser refuses', { writeText: () => Promise.reject(new DOMException('no', 'NotAllowedError')) }]])('says that it could not when %s', async (_, clipboard) => {
    vi.stubGlobal('navigator', { ...navigator, clipboard });
    document.execCommand = () => false;
    show('```\n1\n```');
    press();
    expect(await screen.findByText('Not copied')).toBeInTheDocument();
  });

  it('copies in the old way over plain http', async () => {
    vi.stubGlobal('navigator', { ...navigator, clipboard: undefined });
    let copied = '';
    document.execCommand = () => {
      copied = (document.activeElement as HTMLTextAreaElement).value;
      return true;
    };
    show('```\nsecret\n```');
    press();
    expect(await screen.findByText('Copied')).toBeInTheDocument();
    expect(copied).toBe('secret');
    expect(document.querySelector('textarea')).toBeNull();
  });
});
