'use client';

import { useTranslations } from 'next-intl';
import { createContext, useCallback, useContext, useEffect, useState, type ReactNode } from 'react';
import { Icon } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { ApiError } from '@/lib/protocol/ports';

const Context = createContext<(error: unknown) => void>(() => undefined);

/** Reports what a person tried and did not work, in one sentence above the composer. */
export function useTrouble(): (error: unknown) => void {
  return useContext(Context);
}

const SHOWN_MS = 8_000;

export function Trouble({ children }: { children: (line: ReactNode) => ReactNode }) {
  const errors = useTranslations('errors');
  const ui = useTranslations('ui');
  const [code, setCode] = useState<string | null>(null);
  const report = useCallback((error: unknown) => setCode(error instanceof ApiError ? error.code : 'unreachable'), []);
  useEffect(() => {
    if (code === null) return;
    const timer = setTimeout(() => setCode(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [code]);
  const line = code !== null && (
    <p role="alert" className="animate-rise mb-2 flex items-center gap-2 rounded-2 border border-line bg-surface py-0.5 pr-1 pl-3 text-[13.5px]/5 text-text-2 shadow-float">
      <Icon name="alert" size={16} className="text-danger" />
      <span className="grow">{errors.has(code) ? errors(code) : errors('unknown')}</span>
      <IconButton icon="close" small label={ui('close')} onClick={() => setCode(null)} />
    </p>
  );
  return <Context.Provider value={report}>{children(line)}</Context.Provider>;
}
