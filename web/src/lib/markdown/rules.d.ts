/** The parser's own rule, which its types leave out. */
declare module 'markdown-it/lib/rules_block/list.mjs' {
  import type StateBlock from 'markdown-it/lib/rules_block/state_block.mjs';

  export default function list(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean;
}
