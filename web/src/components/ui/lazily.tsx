'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { Button } from './button';

/**
 * A part whose code comes when it is first shown. Where it cannot come (no connection, or the old version's files are gone) it says
 * so in its place and is asked for again by a press; the page around it stays. With a stand-in, that is shown instead.
 */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>, standIn?: (props: P) => ReactNode): ComponentType<P> {
  let Loaded: ComponentType<P> | null = null;
  return function Lazily(props: P) {
    const t = useTranslations('ui');
    const [state, setState] = useState<'coming' | 'here' | 'failed'>('coming');
    useEffect(() => {
      if (state !== 'coming') return;
      let left = false;
      load().then((component) => {
        Loaded = component;
        if (!left) setState('here');
      }, () => !left && setState('failed'));
      return () => {
        left = true;
      };
    }, [state]);
    if (Loaded) return <Loaded {...props} />;
    if (standIn) return standIn(props);
    if (state !== 'failed') return null;
    return (
      <p role="alert" className="flex flex-wrap items-center justify-between gap-3 py-2 text-[13.5px]/5">
        {t('notLoaded')}<Button onClick={() => setState('coming')}>{t('again')}</Button>
      </p>
    );
  };
}
