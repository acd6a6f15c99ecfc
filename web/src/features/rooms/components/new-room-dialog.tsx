'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ModelSelect, type ModelChoice } from '@/components/model-select';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/lazy-dialog';
import { TextField } from '@/components/ui/field';
import { ApiError } from '@/lib/protocol/ports';
import { useModels } from '@/lib/models/use-models';
import { createRoomInput, useCreateRoom } from '../api/create-room';

export function NewRoomDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations('rooms');
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('new')} description={t('newHint')}>
      <NewRoomForm done={() => onOpenChange(false)} />
    </Dialog>
  );
}

function NewRoomForm({ done }: { done: () => void }) {
  const t = useTranslations('rooms');
  const errors = useTranslations('errors');
  const router = useRouter();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<ModelChoice | null>(null);
  const [key] = useState(() => crypto.randomUUID());
  const { models } = useModels();
  const create = useCreateRoom();
  const first = models.find((model) => model.available);
  const model = chosen ?? (first ? { provider: first.provider, id: first.id } : null);
  const input = createRoomInput.safeParse({ name, ...(model && { ai_provider: model.provider, ai_model: model.id }) });
  const code = create.error instanceof ApiError ? create.error.code : 'unknown';

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!input.success || create.isPending) return;
        create.mutate({ ...input.data, key }, {
          onSuccess: (room) => {
            done();
            router.push(`/rooms/${room.id}`);
          },
        });
      }}
    >
      <TextField label={t('name')} value={name} onChange={(event) => setName(event.target.value)} maxLength={100} placeholder={t('namePlaceholder')} autoComplete="off" autoFocus />
      <ModelSelect value={model} onChange={setChosen} />
      {create.isError && <p role="alert" className="text-[13px]/5 text-danger">{errors.has(code) ? errors(code) : errors('unknown')}</p>}
      <div className="mt-1 flex justify-end"><Button type="submit" kind="primary" disabled={!input.success || create.isPending}>{t('create')}</Button></div>
    </form>
  );
}
