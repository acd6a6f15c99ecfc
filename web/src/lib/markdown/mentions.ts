/** As the API reads them: nothing that a name is made of may stand right before or behind. A mail address is none. */
const MENTION = /(^|[^\w@/.-])@([a-z0-9_-]{2,32})(?![\w-])(?!@)/gi;

/** A text's parts, with the @names in it apart. */
export function mentions(text: string): { text: string; mention: boolean }[] {
  const parts: { text: string; mention: boolean }[] = [];
  let from = 0;
  for (const match of text.matchAll(MENTION)) {
    const at = match.index + match[1]!.length;
    if (at > from) parts.push({ text: text.slice(from, at), mention: false });
    from = at + match[2]!.length + 1;
    parts.push({ text: text.slice(at, from), mention: true });
  }
  if (from < text.length) parts.push({ text: text.slice(from), mention: false });
  return parts;
}

/** The names that a text names, in small letters. */
export function namesIn(text: string): Set<string> {
  return new Set(mentions(text).flatMap((part) => (part.mention ? [part.text.slice(1).toLowerCase()] : [])));
}
