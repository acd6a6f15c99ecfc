import type { Element, ElementContent, Root, Text } from 'hast';

const MENTION = /(^|[^\w@/.])@([a-z0-9_-]{2,32})(?![\w-]*@)/gi;

/** Marks @names in text, but not in code or links. */
export function rehypeMentions() {
  return (tree: Root) => mark(tree);
}

function mark(parent: Root | Element): void {
  for (let i = parent.children.length - 1; i >= 0; i--) {
    const child = parent.children[i];
    if (child?.type === 'text') parent.children.splice(i, 1, ...split(child));
    else if (child?.type === 'element' && !['code', 'pre', 'a'].includes(child.tagName)) mark(child);
  }
}

function split({ value }: Text): ElementContent[] {
  const parts: ElementContent[] = [];
  let from = 0;
  for (const match of value.matchAll(MENTION)) {
    const at = match.index + match[1]!.length;
    if (at > from) parts.push({ type: 'text', value: value.slice(from, at) });
    const name = `@${match[2]}`;
    parts.push({ type: 'element', tagName: 'mark', properties: {}, children: [{ type: 'text', value: name }] });
    from = at + name.length;
  }
  if (from < value.length || parts.length === 0) parts.push({ type: 'text', value: value.slice(from) });
  return parts;
}
