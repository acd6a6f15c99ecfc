'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ModelField } from '@/components/model-field';
import type { ModelChoice } from '@/components/model-picker';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/lazy-dialog';
import { go } from '@/lib/live/navigation';
import { createRoomInput, useCreateRoom } from '../api/create-room';
import { useErrorText } from '../hooks/use-error-text';
import { NameField } from './name-field';

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

function NewRoomForm({ name, setName }: { name: string; setName: (name: string) => void }) {
  const t = useTranslations('rooms');
  const errorText = useErrorText();
  const [model, setModel] = useState<ModelChoice | null>(null);
  const [key] = useState(() => crypto.randomUUID());
  const create = useCreateRoom();
  const input = createRoomInput.safeParse({ name, ...(model && { ai_provider: model.provider, ai_model: model.id }) });

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!input.success || create.isPending) return;
        // The page that this dialog stands on goes, and the dialog with it.
        create.mutate({ ...input.data, key }, { onSuccess: (room) => go(`/rooms/${room.id}`) });
      }}
    >
      <NameField value={name} onChange={setName} autoFocus />
      <ModelField value={model} onChange={setModel} />
      {create.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(create.error)}</p>}
      <div className="mt-1 flex justify-end"><Button type="submit" kind="primary" disabled={!input.success || create.isPending}>{t('create')}</Button></div>
    </form>
  );
}
