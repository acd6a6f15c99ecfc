'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useState, type ReactNode } from 'react';
import { colours } from '@/lib/highlight/colours';
import { unturned } from '@/lib/bidi';
import { Icon } from '../ui/icon';
import { lazily } from '../ui/lazily';
import { useCopy } from '../use-copy';

const Diagram = lazily<{ source: string; fallback: ReactNode }>(async () => (await import('./diagram')).default, ({ fallback }) => fallback);

interface Props {
  code: string;
  language: string;
  /** Whether its end has not come yet. */
  growing: boolean;
}

export function CodeBlock({ code, language, growing }: Props) {
  const t = useTranslations('ui');
  const [copied, copy] = useCopy();
  const html = useColours(code, language, growing);
  const shown = unturned(code);
  const listing = html !== null && shown === code
    ? <pre tabIndex={0} dir="ltr"><code dangerouslySetInnerHTML={{ __html: html }} /></pre>
    : <pre tabIndex={0} dir="ltr"><code>{shown}</code></pre>;
  return (
    <figure className="overflow-hidden rounded-2 border border-line bg-code-bg">
      <figcaption className="flex items-center justify-between border-b border-line py-[3px] pr-1.5 pl-3.5 text-[12px]/5 text-text-3">
        <span>{language || t('code')}</span>
        <button type="button" className="shift inline-flex h-6 items-center gap-1.5 rounded-1 px-1.5 hover:bg-surface-2 hover:text-text max-page:h-9" onClick={() => void copy(code)}>
          <Icon name={copied === 'idle' ? 'copy' : copied === 'copied' ? 'check' : 'alert'} size={15} />
          <span role="status">{t(copied === 'idle' ? 'copy' : copied === 'copied' ? 'copied' : 'copyFailed')}</span>
        </button>
      </figcaption>
      {language === 'mermaid' && !growing ? <Diagram source={code} fallback={listing} /> : listing}
    </figure>
  );
}

/** Code that grows is coloured when its end has come. */
function useColours(code: string, language: string, growing: boolean): string | null {
  const [coloured, setColoured] = useState<{ code: string; html: string } | null>(null);
  const wanted = !growing && language !== '' && language !== 'mermaid';
  useEffect(() => {
    if (!wanted) return;
    let left = false;
    const take = (html: string | null) => {
      if (html !== null && !left) setColoured({ code, html });
    };
    const answer = colours(code, language);
    if (answer instanceof Promise) void answer.then(take);
    else take(answer);
    return () => {
      left = true;
    };
  }, [code, language, wanted]);
  return wanted && coloured?.code === code ? coloured.html : null;
}
