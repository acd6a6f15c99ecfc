import { render, screen } from '@testing-library/react';
import { NextIntlClientProvider } from 'next-intl';
import { describe, expect, it } from 'vitest';
import en from '../../messages/en.json';
import { Markdown, safeUrl } from './markdown';

function show(text: string) {
  return render(<NextIntlClientProvider locale="en" timeZone="UTC" messages={en}><Markdown text={text} /></NextIntlClientProvider>).container;
}

describe('Markdown that somebody wrote', () => {
  it('keeps raw HTML as text', () => {
    const page = show('before <img src=x onerror="alert(1)"> <script>alert(1)</script> <b>after</b>');
    expect(page.querySelector('script, img, b')).toBeNull();
    expect(page.textContent).toContain('before');
  });

  it.each(['javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'java\nscript:x', '//evil.example', '/api/auth/logout'])('does not link to %j', (url) => {
    expect(safeUrl(url)).toBe('');
  });

  it('links to the web in a new tab that knows nothing of this one', () => {
    show('[there](https://example.com/a?b=c)');
    const link = screen.getByRole('link', { name: 'there' });
    expect(link).toHaveAttribute('href', 'https://example.com/a?b=c');
    expect(link.getAttribute('rel')).toContain('noopener');
    expect(link.getAttribute('rel')).toContain('noreferrer');
  });

  it('does not load pictures from elsewhere: they become links', () => {
    const page = show('![a cat](https://example.com/cat.png)');
    expect(page.querySelector('img')).toBeNull();
    expect(screen.getByRole('link', { name: 'a cat' })).toHaveAttribute('href', 'https://example.com/cat.png');
  });

  it('colours code and names its language', () => {
    const page = show('```python\nprint(1)  # one\n```');
    expect(page.querySelector('.hljs-comment')?.textContent).toBe('# one');
    expect(page.textContent).toContain('python');
    expect(screen.getByRole('button', { name: 'Copy' })).toBeInTheDocument();
  });

  it('shows tables and marks mentions, but not in code or addresses', () => {
    const page = show('@ai and @mei, not `@code` nor me@example.com\n\n| a | b |\n|---|--:|\n| 1 | 2 |');
    expect([...page.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['@ai', '@mei']);
    expect(page.querySelectorAll('td')).toHaveLength(2);
  });
});
