import katex from 'katex';
import 'katex/dist/katex.min.css';

const KEPT = 200;
const done = new Map<string, string | null>();

/** HTML of a formula, or null if it is none. It is a stranger's: it may load nothing, link nowhere and not grow without end. */
export function typeset(tex: string, displayMode: boolean): string | null {
  const key = `${displayMode} ${tex}`;
  let html = done.get(key);
  if (html === undefined) {
    try {
      html = katex.renderToString(tex, { displayMode, throwOnError: true, trust: false, strict: 'ignore', maxExpand: 200, maxSize: 20 });
    } catch {
      html = null;
    }
    done.set(key, html);
    if (done.size > KEPT) done.delete(done.keys().next().value!);
  }
  return html;
}
