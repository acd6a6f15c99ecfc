import { createElement, Fragment, type ReactNode } from 'react';
import { unturned } from '@/lib/bidi';
import { mentions } from '@/lib/markdown/mentions';
import type { Token } from '@/lib/markdown/parser';
import { CodeBlock } from './code-block';
import { Formula } from './formula';
import { Mention } from './mention';
import { TaskBox, WideTable } from './parts';

interface Open {
  token: Token | null;
  children: ReactNode[];
}

/** What a text's tokens look like. A block at the very end of a text that still grows is drawn as unfinished. */
export function elements(tokens: readonly Token[], growing: boolean): ReactNode[] {
  const stack: Open[] = [{ token: null, children: [] }];
  const last = tokens.at(-1);
  let links = 0;
  const add = (node: ReactNode) => stack.at(-1)!.children.push(node);
  const walk = (list: readonly Token[]) => {
    for (const token of list) {
      if (token.type === 'link_open') links++;
      if (token.nesting === 1) stack.push({ token, children: [] });
      else if (token.nesting === -1) {
        const { token: opening, children } = stack.pop()!;
        if (token.type === 'link_close') links--;
        add(element(opening!, children, stack.at(-1)!.children.length));
      } else if (token.children && token.type === 'inline') walk(token.children);
      else leaf(token, stack.at(-1)!.children, { linked: links > 0, growing: growing && token === last });
    }
  };
  walk(tokens);
  return stack[0]!.children;
}

function element(token: Token, children: ReactNode[], key: number): ReactNode {
  // Items of a list without blank lines hold their text without a paragraph.
  if (token.hidden) return <Fragment key={key}>{...children}</Fragment>;
  const { tag } = token;
  if (tag === 'a') return <Away key={key} href={token.attrGet('href')!} title={token.attrGet('title') ?? undefined}>{...children}</Away>;
  if (tag === 'table') return <WideTable key={key}>{...children}</WideTable>;
  const start = tag === 'ol' ? Number(token.attrGet('start') ?? 1) : undefined;
  const align = /text-align:(\w+)/.exec(token.attrGet('style') ?? '')?.[1];
  return createElement(tag, {
    key,
    // By its own first letters, among which the browser counts none of a part with a direction of its own: the outermost block decides.
    ...(token.block && token.level === 0 && { dir: 'auto' }),
    // A number of many digits, as a year, would stand outside of the column.
    ...(start !== undefined && { start, style: String(start).length > 2 ? { paddingInlineStart: `calc(${String(start).length}ch + 16px)` } : undefined }),
    ...(align && { 'data-align': align }),
    ...(token.attrGet('class')?.startsWith('task-list-container') && { 'data-tasks': '' }),
  }, ...children);
}

function leaf(token: Token, into: ReactNode[], { linked, growing }: { linked: boolean; growing: boolean }): void {
  const key = into.length;
  switch (token.type) {
    case 'text':
    case 'text_special':
      if (linked) into.push(unturned(token.content));
      else for (const { text, mention } of mentions(token.content)) into.push(mention ? <Mention key={into.length} text={text} /> : unturned(text));
      return;
    case 'softbreak':
      into.push('\n');
      return;
    case 'hardbreak':
      into.push(<br key={key} />);
      return;
    case 'hr':
      into.push(<hr key={key} />);
      return;
    case 'code_inline':
      into.push(<code key={key} dir="ltr">{unturned(token.content)}</code>);
      return;
    case 'fence':
    case 'code_block':
      into.push(<CodeBlock key={key} code={token.content.replace(/\n$/, '')} language={token.info.trim().split(/\s+/)[0]!} growing={growing} />);
      return;
    case 'math_inline':
      into.push(<Formula key={key} tex={token.content} display={token.markup === '$$' || token.markup === '\\['} />);
      return;
    case 'math_block':
      into.push(<Formula key={key} tex={token.content} display block growing={growing} />);
      return;
    case 'checkbox_input':
      into.push(<TaskBox key={key} done={token.attrGet('checked') !== null} />);
      return;
    case 'image': {
      // A picture from elsewhere would tell its server who reads what, and when: it becomes a link.
      const src = token.attrGet('src')!;
      into.push(<Away key={key} href={src}>{unturned(token.content) || src}</Away>);
      return;
    }
    default:
      into.push(unturned(token.content));
  }
}

function Away({ href, title, children }: { href: string; title?: string; children: ReactNode }) {
  return <a href={href} title={title} target="_blank" rel="noopener noreferrer nofollow">{children}</a>;
}
