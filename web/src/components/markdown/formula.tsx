'use client';

import { useEffect, useState } from 'react';
import { unturned } from '@/lib/bidi';

type Typeset = (tex: string, display: boolean) => string | null;

let typeset: Typeset | null = null;

interface Props {
  tex: string;
  display: boolean;
  block?: boolean;
  growing?: boolean;
}

/** A formula, set by KaTeX once that is there; until then, and if it cannot be read, its source. */
export function Formula({ tex, display, block = false, growing = false }: Props) {
  const [set, setSet] = useState<Typeset | null>(() => typeset);
  useEffect(() => {
    if (set || growing) return;
    let left = false;
    void import('./typeset').then((loaded) => {
      typeset = loaded.typeset;
      if (!left) setSet(() => loaded.typeset);
    }, () => undefined);
    return () => {
      left = true;
    };
  }, [set, growing]);
  const html = growing ? null : (set?.(tex, display) ?? null);
  const Tag = block ? 'div' : 'span';
  if (html === null) return <Tag dir="ltr" className="md-tex">{block ? <code>{unturned(tex.trim())}</code> : <code>{unturned(tex)}</code>}</Tag>;
  return <Tag dir="ltr" className="md-math" dangerouslySetInnerHTML={{ __html: html }} />;
}
