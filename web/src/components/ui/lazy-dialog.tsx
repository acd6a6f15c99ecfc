'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useState, type ComponentProps } from 'react';
import { notify } from '@/stores/toasts';
import type * as Parts from './dialog';

let parts: typeof Parts | null = null;

/** A dialog whose code comes when one opens for the first time. If it cannot come, that is said, and nothing is open. */
export function Dialog(props: ComponentProps<typeof Parts.Dialog>) {
  const t = useTranslations('ui');
  const { open, onOpenChange } = props;
  const [used, setUsed] = useState(parts !== null && open);
  useEffect(() => {
    if (!open || used) return;
    let left = false;
    import('./dialog').then((loaded) => {
      parts = loaded;
      if (!left) setUsed(true);
    }, () => {
      if (left) return;
      notify({ text: t('notLoaded'), amiss: true });
      onOpenChange(false);
    });
    return () => {
      left = true;
    };
  }, [onOpenChange, open, t, used]);
  return parts && used && <parts.Dialog {...props} />;
}
