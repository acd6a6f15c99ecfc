'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ModelField } from '@/components/model-field';
import type { ModelChoice } from '@/lib/models/choice';
import { Button } from '@/components/ui/button';
import { go } from '@/lib/live/navigation';
import { roomName, useCreateRoom } from '../api/create-room';
import { useErrorText } from '@/components/use-error-text';
import { NameField } from './name-field';

/** A room's name and who answers in it. */
export function NewRoomForm({ name, setName }: { name: string; setName: (name: string) => void }) {
  const t = useTranslations('rooms');
  const errorText = useErrorText();
  const [model, setModel] = useState<ModelChoice | null>(null);
  const [key] = useState(() => crypto.randomUUID());
  const create = useCreateRoom();
  const named = roomName(name);

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (named === null || create.isPending) return;
        // The page that this dialog stands on goes, and the dialog with it.
        create.mutate({ name: named, ...(model && { ai_provider: model.provider, ai_model: model.id }), key }, { onSuccess: (room) => go(`/rooms/${room.id}`) });
      }}
    >
      <NameField value={name} onChange={setName} autoFocus />
      <ModelField value={model} onChange={setModel} />
      {create.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(create.error)}</p>}
      <div className="mt-1 flex justify-end"><Button type="submit" kind="primary" disabled={named === null || create.isPending}>{t('create')}</Button></div>
    </form>
  );
}
