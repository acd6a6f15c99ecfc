'use client';

import type { ComponentProps, ReactElement } from 'react';
import type * as Parts from './menu';
import { openLazily } from './open-lazily';

let parts: typeof Parts | null = null;

interface Props extends Omit<ComponentProps<typeof Parts.Menu>, 'trigger' | 'defaultOpen'> {
  trigger: ReactElement<ComponentProps<'button'>>;
}

/** A menu whose code comes when somebody is about to open it: every message has one. */
export const Menu = openLazily<Props>(async () => (parts = await import('./menu')).Menu, 'menu');

// What stands in a menu is rendered only where one is open.

export function MenuItem(props: ComponentProps<typeof Parts.MenuItem>) {
  return parts && <parts.MenuItem {...props} />;
}

export function MenuLabel(props: ComponentProps<typeof Parts.MenuLabel>) {
  return parts && <parts.MenuLabel {...props} />;
}

export function MenuLine() {
  return parts && <parts.MenuLine />;
}
