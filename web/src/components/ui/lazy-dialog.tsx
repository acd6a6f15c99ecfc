'use client';

import { lazy, Suspense, useState, type ComponentProps } from 'react';
import type { Dialog as Loaded } from './dialog';

const Opened = lazy(async () => ({ default: (await import('./dialog')).Dialog }));

/** A dialog whose code comes when it opens for the first time. */
export function Dialog(props: ComponentProps<typeof Loaded>) {
  const [used, setUsed] = useState(props.open);
  if (props.open && !used) setUsed(true);
  return used && <Suspense fallback={null}><Opened {...props} /></Suspense>;
}
