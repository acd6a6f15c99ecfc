'use client';

import { useEffect, useLayoutEffect } from 'react';

/**
 * Keeps the page's title, with the number of what is unread before it and how often that names the reader, and marks the tab's icon. The router sets a title of its own
 * some time around a navigation, and it does not know the room's name.
 */
export function usePageTitle(name: string | undefined, unread: number, mentions: number): void {
  const title = name === undefined ? undefined : `${unread > 0 ? `(${unread > 99 ? '99+' : unread}${mentions > 0 ? ` @${mentions}` : ''}) ` : ''}${name} · Yoriai`;
  useLayoutEffect(() => {
    if (!title) return;
    const set = () => {
      if (document.title !== title) document.title = title;
    };
    set();
    const observer = new MutationObserver(set);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [title]);

  const dotted = unread > 0;
  useEffect(() => {
    if (!dotted) return;
    const icon = document.createElement('link');
    icon.rel = 'icon';
    icon.href = DOTTED;
    const own = [...document.querySelectorAll<HTMLLinkElement>('link[rel=icon]')];
    for (const link of own) link.rel = 'icon-at-rest';
    document.head.append(icon);
    return () => {
      icon.remove();
      for (const link of own) link.rel = 'icon';
    };
  }, [dotted]);
}

/** The icon with a dot. It stands here because the page's policy lets pictures come from the page itself. */
const DOTTED = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#32499b"/><path d="M9 20.500c0-4 3.100-7 7-7s7 3 7 7M16 9.500v0M9.500 12v0M22.500 12v0" fill="none" stroke="#fbfaf7" stroke-width="3.200" stroke-linecap="round"/><circle cx="25" cy="7" r="6" fill="#d93d42" stroke="#fbfaf7" stroke-width="2"/></svg>')}`;
