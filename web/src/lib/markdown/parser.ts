import MarkdownIt from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { tasklist } from '@mdit/plugin-tasklist';
import type Token from 'markdown-it/lib/token.mjs';
import { links } from './links';
import { math } from './math';
import { people } from './people';

export type { Token };

/** Whose text it is: a model writes Markdown by the book, a person by hand. */
export type Author = 'model' | 'person';

function base(): MarkdownIt {
  return new MarkdownIt({ html: false, linkify: true }).use(cjkFriendly).use(links).use(math).use(tasklist, { label: false });
}

const parsers: Record<Author, MarkdownIt> = { model: base(), person: base().use(people) };

/** The text's tokens, in the order in which they are shown. Raw HTML is text. */
export function parse(text: string, author: Author): Token[] {
  return parsers[author].parse(text, {});
}
