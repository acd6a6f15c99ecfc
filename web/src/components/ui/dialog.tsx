'use client';

import { useTranslations } from 'next-intl';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { IconButton } from './icon-button';

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  children: ReactNode;
}

/** A sheet over the page; on a phone it comes from below and fills the width. */
export function Dialog({ open, onOpenChange, title, description, children }: Props) {
  const t = useTranslations('ui');
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[oklch(0.2_0.02_268/0.35)]" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          // Not the first button in it, which closes it. A field that asks for the focus has it already.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
          className="animate-rise fixed top-1/2 left-1/2 z-50 grid max-h-[min(92dvh,760px)] w-[min(480px,calc(100vw-32px))] -translate-1/2 overflow-y-auto rounded-3 border border-line bg-surface p-6 shadow-float outline-none max-page:top-auto max-page:bottom-0 max-page:left-0 max-page:w-full max-page:translate-0 max-page:rounded-b-none max-page:p-5"
        >
          <div className="mb-4 flex items-start justify-between gap-4">
            <div>
              <Radix.Title className="text-[17px]/6 font-[650] tracking-[-0.01em]">{title}</Radix.Title>
              {description && <Radix.Description className="mt-1 text-[13.5px]/5 text-text-2">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild><IconButton icon="close" label={t('close')} className="-mt-1.5 -mr-2" /></Radix.Close>
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
