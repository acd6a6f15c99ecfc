'use client';

import { cloneElement, useState, type ComponentProps, type ReactElement } from 'react';
import type * as Parts from './menu';

let parts: typeof Parts | null = null;

async function load(): Promise<void> {
  parts ??= await import('./menu');
}

interface Props extends Omit<ComponentProps<typeof Parts.Menu>, 'trigger' | 'defaultOpen'> {
  trigger: ReactElement<ComponentProps<'button'>>;
}

/** A menu whose code comes when somebody is about to open it: every message has one, and most are never opened. */
export function Menu({ trigger, ...props }: Props) {
  const [opened, setOpened] = useState(false);
  if (parts && opened) return <parts.Menu {...props} trigger={trigger} defaultOpen />;
  return cloneElement(trigger, {
    'aria-haspopup': 'menu', 'aria-expanded': false,
    onPointerEnter: () => void load(), onFocus: () => void load(), onClick: () => void load().then(() => setOpened(true), () => undefined),
  });
}

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
