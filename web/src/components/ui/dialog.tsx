'use client';

import { useTranslations } from 'next-intl';
import { Dialog as Radix } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { useBackCloses } from '@/lib/live/navigation';
import { useCovered } from '@/stores/covers';
import { Button } from './button';
import { IconButton } from './icon-button';

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  /** Whether closing would lose something: it is asked first. */
  unsaved?: boolean;
  children: ReactNode;
}

/** A sheet over the page; on a phone it comes from below and fills the width. Back closes it. */
export function Dialog({ open, onOpenChange, title, description, unsaved = false, children }: Props) {
  const t = useTranslations('ui');
  const [asking, setAsking] = useState(false);
  // Each Back that was answered with a question has used up its entry in the history.
  const [round, setRound] = useState(0);
  const close = () => {
    setAsking(false);
    onOpenChange(false);
  };
  const wantsToClose = () => (unsaved ? setAsking(true) : close());
  return (
    <Radix.Root open={open} onOpenChange={(next) => (next ? onOpenChange(true) : wantsToClose())}>
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
          <Over key={round} back={() => { setRound(round + 1); wantsToClose(); }} />
          <div className="mb-4 flex items-start justify-between gap-4">
            <div className="min-w-0">
              <Radix.Title className="text-[17px]/6 font-[650] tracking-[-0.01em]">{title}</Radix.Title>
              {description && <Radix.Description className="mt-1 text-[13.5px]/5 text-text-2">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild><IconButton icon="close" label={t('close')} className="-mt-1.5 -mr-2" /></Radix.Close>
          </div>
          {asking && (
            <div role="alertdialog" aria-label={t('unsaved')} className="sticky top-0 z-10 mb-4 flex flex-wrap items-center justify-end gap-2 rounded-2 border border-line-strong bg-warn-soft p-2.5">
              <p className="grow text-[13.5px]/5">{t('unsaved')}</p>
              <Button autoFocus onClick={() => setAsking(false)} className="h-9">{t('keepEditing')}</Button>
              <Button kind="danger" onClick={close} className="h-9">{t('discardChanges')}</Button>
            </div>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Stands in what is open: it covers the page below, and Back closes it. */
function Over({ back }: { back: () => void }) {
  useCovered(true);
  useBackCloses(true, back);
  return null;
}
