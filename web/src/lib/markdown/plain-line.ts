import { parse, type Author, type Token } from './parser';

/** More than a line can show. */
const READ = 400;

/** The words of a Markdown text without its marks, for one line in a list. */
export function plainLine(markdown: string, author: Author): string {
  return words(parse(markdown.slice(0, READ), author)).replace(/\s+/g, ' ').trim();
}

function words(tokens: readonly Token[]): string {
  return tokens.map((token) => (token.type === 'inline' ? words(token.children ?? []) : token.block ? ` ${token.content} ` : token.type.endsWith('break') ? ' ' : token.content)).join('');
}
