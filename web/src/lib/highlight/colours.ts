/** Longer code stays uncoloured: its thousands of spans would cost more than they tell. */
const LONGEST = 24_000;
const KEPT = 60;

type Work = (code: string, language: string) => Promise<string | null>;

const done = new Map<string, string>();
let work: Work | null = null;

/** Code as HTML whose spans name what each word is, or null if it stays as it is. Answers at once what was coloured before. */
export function colours(code: string, language: string): Promise<string | null> | string | null {
  if (code.length > LONGEST) return null;
  const key = `${language}\n${code}`;
  const known = done.get(key);
  if (known !== undefined) return known;
  work ??= typeof Worker === 'undefined' ? here : elsewhere();
  return work(code, language).then((html) => {
    if (html === null) return null;
    done.set(key, html);
    if (done.size > KEPT) done.delete(done.keys().next().value!);
    return html;
  });
}

const here: Work = async (code, language) => (await import('./highlighter')).highlight(code, language);

/** Another thread knows the languages, so that a long listing holds up nobody's typing. */
function elsewhere(): Work {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const asked = new Map<number, (html: string | null) => void>();
  let last = 0;
  worker.onmessage = ({ data }: MessageEvent<{ id: number; html: string | null }>) => {
    asked.get(data.id)?.(data.html);
    asked.delete(data.id);
  };
  // Colours are no reason to trouble anybody: without them code is as readable.
  worker.onerror = () => {
    for (const answer of asked.values()) answer(null);
    asked.clear();
    work = () => Promise.resolve(null);
  };
  return (code, language) => new Promise((resolve) => {
    asked.set(++last, resolve);
    worker.postMessage({ id: last, code, language });
  });
}
