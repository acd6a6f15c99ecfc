'use client';

import { cloneElement, useState, type ComponentProps, type ComponentType, type ReactElement } from 'react';

interface Opener {
  trigger: ReactElement<ComponentProps<'button'>>;
}

/** What a button opens, as a component whose code comes when somebody is about to press it: most such buttons never are. */
export function openLazily<P extends Opener>(load: () => Promise<ComponentType<P & { defaultOpen: true }>>, popup: 'menu' | 'dialog'): ComponentType<P> {
  let Loaded: ComponentType<P & { defaultOpen: true }> | null = null;
  const loadOnce = async () => {
    Loaded ??= await load();
  };
  return function LazilyOpened(props: P) {
    const [opened, setOpened] = useState(false);
    if (Loaded && opened) return <Loaded {...props} defaultOpen />;
    return cloneElement(props.trigger, {
      'aria-haspopup': popup, 'aria-expanded': false,
      onPointerEnter: () => void loadOnce(), onFocus: () => void loadOnce(), onClick: () => void loadOnce().then(() => setOpened(true), () => undefined),
    });
  };
}
