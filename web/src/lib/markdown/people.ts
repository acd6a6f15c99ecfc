import type MarkdownIt from 'markdown-it';
import list from 'markdown-it/lib/rules_block/list.mjs';
import type StateBlock from 'markdown-it/lib/rules_block/state_block.mjs';
import type StateInline from 'markdown-it/lib/rules_inline/state_inline.mjs';

const WORD = /[\p{Script=Latin}\p{N}]/u;
const NUMBERED = /^(\d+)[.)](?:\s|$)/;

/**
 * People write Markdown, but most of them by hand and some of them unawares: nothing that they wrote may vanish. A mark that is no
 * bold or italic at a word's edge, a backslash, an entity, a year at the beginning of a line stay what they are.
 */
export function people(md: MarkdownIt): void {
  md.disable(['entity', 'heading', 'lheading', 'code', 'newline']);
  md.inline.ruler.at('escape', escape);

  const State = md.inline.State;
  md.inline.State = class extends State {
    override scanDelims(start: number, canSplitWord: boolean) {
      const found = super.scanDelims(start, canSplitWord);
      const marker = this.src[start];
      if (marker === '_') return { ...found, can_open: false, can_close: false };
      if (marker !== '*') return found;
      return {
        ...found,
        can_open: found.can_open && !WORD.test(this.src[start - 1] ?? ''),
        can_close: found.can_close && !WORD.test(this.src[start + found.length] ?? ''),
      };
    }
  };

  md.block.ruler.at('list', (state: StateBlock, line: number, end: number, silent: boolean) => {
    const number = NUMBERED.exec(state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]))?.[1];
    // A line that stands left of an item's text is the next item.
    const begins = state.sCount[line]! >= state.blkIndent;
    return begins && number !== undefined && number !== '1' ? false : list(state, line, end, silent);
  }, { alt: ['paragraph', 'reference', 'blockquote'] });

  // Indentation is kept, so that code pasted without a fence can still be read.
  md.core.ruler.after('block', 'indentation', ({ src, tokens }) => {
    const lines = src.split('\n');
    for (const token of tokens) {
      if (token.type === 'inline' && token.level === 1 && token.map) token.content = lines.slice(...token.map).join('\n').trimEnd();
    }
  });
}

/** A backslash before a mark takes its meaning, and stays to be seen. */
function escape(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== '\\' || !/[!-/:-@[-`{-~]/.test(state.src[state.pos + 1] ?? '')) return false;
  if (!silent) state.pending += state.src.slice(state.pos, state.pos + 2);
  state.pos += 2;
  return true;
}
