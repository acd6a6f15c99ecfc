'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { lazily } from '@/components/ui/lazily';
import { Dialog } from '@/components/ui/lazy-dialog';

const NewRoomForm = lazily(async () => (await import('./new-room-form')).NewRoomForm);

/** A room that is named before anything is said in it, as for a group. */
export function NewRoomDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations('rooms');
  const [name, setName] = useState('');
  return (
    <Dialog
      open={open} title={t('newNamed')} description={t('newHint')} unsaved={name.trim() !== ''}
      onOpenChange={(next) => {
        setName('');
        onOpenChange(next);
      }}
    >
      <NewRoomForm name={name} setName={setName} />
    </Dialog>
  );
}
