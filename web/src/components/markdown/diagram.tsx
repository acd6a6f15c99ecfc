'use client';

import { getNonce } from 'get-nonce';
import { useTranslations } from 'next-intl';
import { useEffect, useId, useState, type ReactNode } from 'react';

/** Longer sources are shown as they stand: laying them out would hold up the page. */
const LONGEST = 20_000;

/** A Mermaid diagram. It is drawn as a picture, in which nothing that a stranger wrote can run or reach the page. */
export default function Diagram({ source, fallback }: { source: string; fallback: ReactNode }) {
  const t = useTranslations('ui');
  const id = useId();
  const [picture, setPicture] = useState<string | null>(null);
  const dark = useDark();
  useEffect(() => {
    if (source.length > LONGEST) return;
    let left = false;
    void draw(`d${id.replace(/\W/g, '')}`, source, dark).then((drawn) => !left && setPicture(drawn), () => !left && setPicture(null));
    return () => {
      left = true;
    };
  }, [dark, id, source]);
  if (picture === null) return fallback;

  return <div className="overflow-x-auto p-3"><img src={picture} alt={t('diagram', { source })} className="mx-auto max-w-full" /></div>;
}

let queue: Promise<unknown> = Promise.resolve();

/** One after the other: Mermaid's settings hold for all of the page. */
function draw(id: string, source: string, dark: boolean): Promise<string> {
  const drawn = queue.then(async () => {
    const { default: mermaid } = await import('mermaid');
    mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: dark ? 'dark' : 'neutral', htmlLabels: false, flowchart: { htmlLabels: false }, suppressErrorRendering: true, maxTextSize: LONGEST, fontFamily: 'system-ui, sans-serif' });
    const restore = styleWithNonce();
    try {
      const { svg } = await mermaid.render(id, source);
      return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    } finally {
      restore();
      document.getElementById(`d${id}`)?.remove();
    }
  });
  queue = drawn.catch(() => undefined);
  return drawn;
}

/** Mermaid measures its drawing in the page, with a style element that the page's policy allows by nonce alone. */
function styleWithNonce(): () => void {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (name === 'style') element.nonce = getNonce();
    return element;
  }) as typeof document.createElement;
  return () => {
    Reflect.deleteProperty(document, 'createElement');
  };
}

function useDark(): boolean {
  const [dark, setDark] = useState(false);
  useEffect(() => {
    const look = () => setDark(getComputedStyle(document.documentElement).colorScheme === 'dark' || (getComputedStyle(document.documentElement).colorScheme.includes('light dark') && matchMedia('(prefers-color-scheme: dark)').matches));
    look();
    const light = matchMedia('(prefers-color-scheme: dark)');
    light.addEventListener('change', look);
    const chosen = new MutationObserver(look);
    chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      light.removeEventListener('change', look);
      chosen.disconnect();
    };
  }, []);
  return dark;
}
