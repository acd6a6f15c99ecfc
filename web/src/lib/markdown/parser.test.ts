// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { parse, type Author, type Token } from './parser';

/** A text's structure on one line: tags, and in them the words as they are shown. */
function outline(text: string, author: Author): string {
  const of = (tokens: readonly Token[]): string => tokens.map((token) => {
    if (token.type === 'inline') return of(token.children ?? []);
    if (token.hidden) return '';
    if (token.nesting === 1) return token.tag === 'a' ? `<a ${decodeURI(token.attrGet('href')!)}>` : token.tag === 'ol' && token.attrGet('start') ? `<ol ${token.attrGet('start')}>` : `<${token.tag}>`;
    if (token.nesting === -1) return `</${token.tag}>`;
    if (token.type === 'softbreak') return '\n';
    if (token.type.startsWith('math')) return `<math>${token.content.trim()}</math>`;
    if (token.type === 'fence' || token.type.startsWith('code')) return `<code>${token.content}</code>`;
    return token.content;
  }).join('');
  return of(parse(text, author));
}
const p = (inner: string) => `<p>${inner}</p>`;
const both: Author[] = ['model', 'person'];

describe.each(both)('the text of a %s', (author) => {
  it.each([
    ['これは**「重要」**な点です。', 'これは<strong>「重要」</strong>な点です。'],
    ['**注意：**正文', '<strong>注意：</strong>正文'],
    ['**「A」**なので**「B」**', '<strong>「A」</strong>なので<strong>「B」</strong>'],
    ['**bold.** x', '<strong>bold.</strong> x'],
    ['*강조*는', '<em>강조</em>는'],
  ])('is emphasised beside Japanese: %s', (text, shown) => expect(outline(text, author)).toBe(p(shown)));

  it('keeps single tildes', () => {
    expect(outline('約3~5日、価格は100~200円', author)).toBe(p('約3~5日、価格は100~200円'));
    expect(outline('~~x~~', author)).toBe(p('<s>x</s>'));
  });

  it.each([
    ['https://example.com/docs（日本語）をご覧ください。', '<a https://example.com/docs>https://example.com/docs</a>（日本語）をご覧ください。'],
    ['https://example.com/guide、続き。', '<a https://example.com/guide>https://example.com/guide</a>、続き。'],
    ['「https://example.com/q」を見て', '「<a https://example.com/q>https://example.com/q</a>」を見て'],
    ['（https://a.example）とhttps://b.example。', '（<a https://a.example>https://a.example</a>）と<a https://b.example>https://b.example</a>。'],
    ['www.example.com、続き', '<a http://www.example.com>www.example.com</a>、続き'],
    ['https://ja.wikipedia.org/wiki/日本語 です', '<a https://ja.wikipedia.org/wiki/日本語>https://ja.wikipedia.org/wiki/日本語</a> です'],
    ['see https://example.com/a.', 'see <a https://example.com/a>https://example.com/a</a>.'],
    ['me@example.comまで', '<a mailto:me@example.com>me@example.com</a>まで'],
    ['README.md と main.rs', 'README.md と main.rs'],
  ])('ends addresses where the sentence goes on: %s', (text, shown) => expect(outline(text, author)).toBe(p(shown)));

  it('knows formulas from money', () => {
    expect(outline('\\(x^2\\) と $y_1$ と $$z$$ です', author)).toBe(p('<math>x^2</math> と <math>y_1</math> と <math>z</math> です'));
    expect(outline('\\[\na + b\n\\]\n\n$$\nc\n$$', author)).toBe('<math>a + b</math><math>c</math>');
    for (const text of ['$5 and $10', 'from $5 or 10$ more', '価格は$5です、$10です', 'US$5 to US$6']) expect(outline(text, author)).toBe(p(text));
  });
});

describe('what people write by hand', () => {
  it.each([
    '2*3*4*5 と __init__ と C:\\_tmp', 'f(*args, **kwargs)', '5* hotel, not 3*', 'AT&amp;T &copy;', '\\*not\\* bold', '1986. Great year', '# heading?', 'Title\n---x', '#1 issue', '[x]', 'a_b_c and _d_',
    'first\n    indented\n  less', '<b>bold</b>', 'C:\\Users\\*.*',
  ])('loses nothing: %j', (text) => expect(outline(text, 'person')).toBe(p(text)));

  it('keeps what stands in front of the first line', () => expect(outline('    four', 'person')).toBe(p('    four')));

  it('is still Markdown', () => {
    expect(outline('**bold**, *it*, `co*de*` and [there](https://example.com)', 'person')).toBe(p('<strong>bold</strong>, <em>it</em>, <code>co*de*</code> and <a https://example.com>there</a>'));
    expect(outline('- a\n- b\n\n1. one\n2. two\n\n> said', 'person')).toBe('<ul><li>a</li><li>b</li></ul><ol><li>one</li><li>two</li></ol><blockquote><p>said</p></blockquote>');
  });
});

it('reads a model by the book', () => {
  expect(outline('# Head\n\n2. two\n3. three\n\n    code', 'model')).toContain('<h1>Head</h1><ol 2><li>');
});
