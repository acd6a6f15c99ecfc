'use client';

import { cloneElement, lazy, Suspense, useState, type ComponentProps, type ReactElement } from 'react';
import type { Menu as Loaded, MenuItem as LoadedItem } from './menu';

const load = () => import('./menu');
const Opened = lazy(async () => ({ default: (await load()).Menu }));

export const MenuItem = lazy(async (): Promise<{ default: typeof LoadedItem }> => ({ default: (await load()).MenuItem }));
export const MenuLabel = lazy(async () => ({ default: (await load()).MenuLabel }));
export const MenuLine = lazy(async () => ({ default: (await load()).MenuLine }));

interface Props extends Omit<ComponentProps<typeof Loaded>, 'trigger' | 'defaultOpen'> {
  trigger: ReactElement<ComponentProps<'button'>>;
}

/** A menu whose code comes when somebody is about to open it: every message has one, and most are never opened. */
export function Menu({ trigger, ...props }: Props) {
  const [opened, setOpened] = useState(false);
  const closed = cloneElement(trigger, {
    'aria-haspopup': 'menu', 'aria-expanded': false,
    onPointerEnter: () => void load(), onFocus: () => void load(), onClick: () => setOpened(true),
  });
  if (!opened) return closed;
  return <Suspense fallback={closed}><Opened {...props} trigger={trigger} defaultOpen /></Suspense>;
}
