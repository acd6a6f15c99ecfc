import { tex } from '@mdit/plugin-tex';
import type MarkdownIt from 'markdown-it';
import type StateInline from 'markdown-it/lib/rules_inline/state_inline.mjs';

/** An amount before a word: `$5 or 10$` speaks of money. */
const MONEY = /^[\d.,]+\s*(?:[^\W\d_]{2,}|[\u3040-\u9fff])/u;

/** LaTeX as models write it: $x$, $$x$$, \(x\), \[x\]. What becomes of it is the page's matter. */
export function math(md: MarkdownIt): void {
  md.use(tex, { delimiters: 'all', render: (content) => md.utils.escapeHtml(content) });
  md.inline.ruler.before('math_inline_dollar', 'math_inline_display', display);
  md.core.ruler.after('inline', 'money', ({ tokens }) => {
    for (const { children } of tokens) {
      for (const token of children ?? []) {
        if (token.type !== 'math_inline' || token.markup !== '$' || !MONEY.test(token.content)) continue;
        token.type = 'text';
        token.tag = '';
        token.content = `$${token.content}$`;
      }
    }
  });
}

/** $$x$$ and \[x\] within a line. */
function display(state: StateInline, silent: boolean): boolean {
  const open = state.src.slice(state.pos, state.pos + 2);
  const close = open === '$$' ? '$$' : open === '\\[' ? '\\]' : null;
  if (close === null) return false;
  const end = state.src.indexOf(close, state.pos + 2);
  const content = end < 0 ? '' : state.src.slice(state.pos + 2, end);
  if (content.trim() === '') return false;
  if (!silent) {
    const token = state.push('math_inline', 'math', 0);
    token.markup = open;
    token.content = content;
  }
  state.pos = end + 2;
  return true;
}
