'use client';

import { useCallback, useSyncExternalStore } from 'react';
import { THEME_COOKIE } from './theme';

const YEAR = 31_536_000;

/** Keeps a choice in a cookie, so that the server renders with it from the first byte. */
export function remember(cookie: string, value: string): void {
  document.cookie = `${cookie}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${location.protocol === 'https:' ? '; Secure' : ''}`;
}

const CHANGED = 'yoriai-theme';

function subscribe(changed: () => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', changed);
  window.addEventListener(CHANGED, changed);
  return () => {
    query.removeEventListener('change', changed);
    window.removeEventListener(CHANGED, changed);
  };
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** Whether the page is dark, and the reader's choice of it. */
export function useTheme(): [boolean, (dark: boolean) => void] {
  const dark = useSyncExternalStore(subscribe, isDark, () => false);
  const choose = useCallback((wanted: boolean) => {
    document.documentElement.dataset.theme = wanted ? 'dark' : 'light';
    remember(THEME_COOKIE, wanted ? 'dark' : 'light');
    window.dispatchEvent(new Event(CHANGED));
  }, []);
  return [dark, choose];
}
