'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Button } from './ui/button';
import { Dialog } from './ui/lazy-dialog';
import { useErrorText } from './use-error-text';

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: string;
  /** What the button says that does it. */
  label: string;
  danger?: boolean;
  work: () => Promise<unknown>;
  children?: ReactNode;
}

/** Asks before something is done that cannot be undone by a press, and stays open while it did not work. */
export function Confirm({ open, onOpenChange, title, description, label, danger = false, work, children }: Props) {
  const t = useTranslations('ui');
  const errorText = useErrorText();
  const run = useMutation({ mutationFn: work });
  const close = () => {
    run.reset();
    onOpenChange(false);
  };
  // What is under way is not called off by looking away, and what it came to would be told to nobody.
  const change = (next: boolean) => {
    if (next) onOpenChange(true);
    else if (!run.isPending) close();
  };
  return (
    <Dialog open={open} onOpenChange={change} title={title} description={description}>
      <div className="grid gap-4">
        {children}
        {run.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(run.error)}</p>}
        <div className="flex flex-wrap justify-end gap-2">
          <Button disabled={run.isPending} onClick={() => change(false)}>{t('cancel')}</Button>
          <Button kind={danger ? 'danger' : 'primary'} disabled={run.isPending} onClick={() => void run.mutateAsync().then(close, () => undefined)}>{label}</Button>
        </div>
      </div>
    </Dialog>
  );
}
