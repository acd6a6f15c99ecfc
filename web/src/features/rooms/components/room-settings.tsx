'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ModelSelect } from '@/components/model-select';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/lazy-dialog';
import { Field, TextField } from '@/components/ui/field';
import { Icon } from '@/components/ui/icon';
import { ApiError } from '@/lib/protocol/ports';
import type { Room } from '@/lib/protocol/types';
import { may } from '@/lib/rights';
import { useDeleteRoom } from '../api/delete-room';
import { updateRoomInput, useUpdateRoom } from '../api/update-room';

interface Props {
  room: Room;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function RoomSettings({ room, open, onOpenChange }: Props) {
  const t = useTranslations('rooms');
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('settings')}>
      <SettingsForm room={room} done={() => onOpenChange(false)} />
    </Dialog>
  );
}

function SettingsForm({ room, done }: { room: Room; done: () => void }) {
  const t = useTranslations('rooms');
  const errors = useTranslations('errors');
  const [name, setName] = useState(room.name);
  const [instructions, setInstructions] = useState(room.ai_instructions);
  const [model, setModel] = useState({ provider: room.ai_provider, id: room.ai_model });
  const update = useUpdateRoom(room.id);
  const changes = {
    ...(name.trim() !== room.name && { name }),
    ...(instructions !== room.ai_instructions && { ai_instructions: instructions }),
    ...((model.provider !== room.ai_provider || model.id !== room.ai_model) && { ai_provider: model.provider, ai_model: model.id }),
  };
  const input = updateRoomInput.safeParse(changes);
  const ready = input.success && Object.keys(changes).length > 0 && !update.isPending;
  const code = update.error instanceof ApiError ? update.error.code : 'unreachable';

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) update.mutate(input.data, { onSuccess: done });
      }}
    >
      <TextField label={t('name')} value={name} onChange={(event) => setName(event.target.value)} maxLength={100} autoComplete="off" />
      <ModelSelect value={model} onChange={setModel} />
      <Field label={t('instructions')} hint={t('instructionsHint')}>
        {(own) => <textarea {...own} rows={4} value={instructions} maxLength={8_000} onChange={(event) => setInstructions(event.target.value)} />}
      </Field>
      {update.isError && <p role="alert" className="text-[13px]/5 text-danger">{errors.has(code) ? errors(code) : errors('unknown')}</p>}
      <div className="flex justify-end"><Button type="submit" kind="primary" disabled={!ready}>{t('save')}</Button></div>
      <hr className="border-line" />
      <ul className="grid gap-1">
        <Row title={t('startFresh')} hint={t('startFreshHint')}>
          <Button disabled={update.isPending} onClick={() => update.mutate({ ai_context_cutoff_at: new Date().toISOString() }, { onSuccess: done })}><Icon name="spark" size={16} />{t('startFreshDo')}</Button>
          {room.ai_context_cutoff_at !== null && <Button disabled={update.isPending} onClick={() => update.mutate({ ai_context_cutoff_at: null }, { onSuccess: done })}>{t('readAll')}</Button>}
        </Row>
        <Row title={t(room.is_archived ? 'archived' : 'archive')} hint={t('archiveHint')}>
          <Button disabled={update.isPending} onClick={() => update.mutate({ is_archived: !room.is_archived }, { onSuccess: done })}><Icon name="archive" size={16} />{t(room.is_archived ? 'unarchiveDo' : 'archiveDo')}</Button>
        </Row>
        {may.removeRoom(room.role ?? 'reader') && <RemoveRow room={room} done={done} />}
      </ul>
    </form>
  );
}

function RemoveRow({ room, done }: { room: Room; done: () => void }) {
  const t = useTranslations('rooms');
  const router = useRouter();
  const remove = useDeleteRoom(room.id);
  const [sure, setSure] = useState(false);
  return (
    <Row title={t('delete')} hint={t(sure ? 'deleteSure' : 'deleteHint')}>
      {sure && <Button onClick={() => setSure(false)}>{t('keep')}</Button>}
      <Button
        kind="danger" disabled={remove.isPending}
        onClick={() => {
          if (!sure) return setSure(true);
          remove.mutate(undefined, {
            onSuccess: () => {
              done();
              router.push('/rooms');
            },
          });
        }}
      >
        <Icon name="trash" size={16} />{t(sure ? 'deleteDo' : 'delete')}
      </Button>
    </Row>
  );
}

function Row({ title, hint, children }: { title: string; hint: string; children: React.ReactNode }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2">
      <span className="min-w-0 grow basis-48"><b className="block text-[14px]/5 font-medium">{title}</b><span className="block text-[12.5px]/[18px] text-text-3">{hint}</span></span>
      <span className="flex flex-wrap gap-2">{children}</span>
    </li>
  );
}
