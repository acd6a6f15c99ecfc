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
  const [picture, setPicture] = useState<Picture | null>(null);
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

  return <div className="p-3"><img {...picture} alt={t('diagram', { source })} className="mx-auto h-auto max-w-full" /></div>;
}

interface Picture {
  src: string;
  width?: number;
  height?: number;
}

let queue: Promise<unknown> = Promise.resolve();

/** One after the other: Mermaid's settings hold for all of the page. */
function draw(id: string, source: string, dark: boolean): Promise<Picture> {
  const drawn = queue.then(async () => {
    const { default: mermaid } = await import('mermaid');
    mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: dark ? 'dark' : 'neutral', htmlLabels: false, flowchart: { htmlLabels: false }, suppressErrorRendering: true, maxTextSize: LONGEST, fontFamily: 'system-ui, sans-serif' });
    const nonce = getNonce();
    const restore = stylesWithNonce(nonce);
    try {
      const { svg } = await mermaid.render(id, source);
      return pictureOf(nonce ? svg.replaceAll(` nonce="${nonce}"`, '') : svg);
    } finally {
      restore();
      document.getElementById(`d${id}`)?.remove();
    }
  });
  queue = drawn.catch(() => undefined);
  return drawn;
}

/** Mermaid's drawings are as wide as what they stand in; as a picture one has the size that it was laid out for. */
function pictureOf(svg: string): Picture {
  const src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  const [, width, height] = /viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return { src, ...(width && height && { width: Math.ceil(Number(width)), height: Math.ceil(Number(height)) }) };
}

/** Mermaid measures its drawing in the page, and cleans it in another document, with a style element that the page's policy allows by nonce alone. */
function stylesWithNonce(nonce: string | undefined): () => void {
  if (!nonce) return () => undefined;
  const create = document.createElement.bind(document);
  const { parseFromString } = DOMParser.prototype;
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (name === 'style') element.nonce = nonce;
    return element;
  }) as typeof document.createElement;
  DOMParser.prototype.parseFromString = function (text, type) {
    return parseFromString.call(this, String(text).replaceAll('<style>', `<style nonce="${nonce}">`), type);
  };
  return () => {
    Reflect.deleteProperty(document, 'createElement');
    DOMParser.prototype.parseFromString = parseFromString;
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
