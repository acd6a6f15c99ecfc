'use client';

import { useTranslations } from 'next-intl';
import { useLayoutEffect, useState } from 'react';
import { EffortSelect } from '@/components/effort-select';
import { ModelField } from '@/components/model-field';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Icon } from '@/components/ui/icon';
import { effortsOf, type Effort } from '@/lib/models/effort';
import { useModels } from '@/lib/models/use-models';
import type { Room } from '@/lib/protocol/types';
import { may } from '@/lib/rights';
import { notify } from '@/stores/toasts';
import { roomName } from '../api/create-room';
import { useUpdateRoom, type UpdateRoomInput } from '../api/update-room';
import { useErrorText } from '@/components/use-error-text';
import { AllowedModels } from './allowed-models';
import { AuditLog } from './audit-log';
import { InstructionExamples } from './instruction-examples';
import { NameField } from './name-field';
import { RemoveRoom } from './remove-room';
import { Retention } from './retention';
import { SettingsRow } from './settings-row';

/** How long answers may be, in tokens. */
const LENGTHS = [1_024, 2_048, 4_096, 8_192, 16_384, 32_768];

/** What can be changed about a room. */
export function SettingsForm({ room, done, onEdited }: { room: Room; done: () => void; onEdited: (edited: boolean) => void }) {
  const t = useTranslations('rooms');
  const errorText = useErrorText();
  const audit = useTranslations('audit');
  const [log, setLog] = useState(false);
  const [name, setName] = useState(room.name);
  const [instructions, setInstructions] = useState(room.ai_instructions);
  const [model, setModel] = useState({ provider: room.ai_provider, id: room.ai_model });
  const [effort, setEffort] = useState<Effort>(room.effort);
  const [allowed, setAllowed] = useState<readonly string[]>(room.allowed_models);
  const [longest, setLongest] = useState(room.max_reply_tokens);
  const efforts = effortsOf(useModels().models, model.provider, model.id);
  const update = useUpdateRoom(room.id);
  const named = roomName(name);
  const changes: UpdateRoomInput = {
    ...(name.trim() !== room.name && named !== null && { name: named }),
    ...(effort !== room.effort && { effort: efforts.includes(effort) ? effort : 'default' as const }),
    ...(longest !== room.max_reply_tokens && { max_reply_tokens: longest }),
    ...(allowed.join() !== room.allowed_models.join() && { allowed_models: [...allowed] }),
    ...(instructions !== room.ai_instructions && { ai_instructions: instructions }),
    ...((model.provider !== room.ai_provider || model.id !== room.ai_model) && { ai_provider: model.provider, ai_model: model.id }),
  };
  const edited = name.trim() !== room.name || Object.keys(changes).length > 0;
  const ready = named !== null && edited && !update.isPending;

  /** What was typed is saved along with what a button does: no press drops it. */
  const save = (more: UpdateRoomInput, said: string, undo?: UpdateRoomInput) => {
    if (named === null) return;
    update.mutate({ ...changes, ...more }, {
      onSuccess: () => {
        notify({ text: said, ...(undo && { action: { label: t('undo'), run: () => void update.mutateAsync(undo).catch((error: unknown) => notify({ text: errorText(error), amiss: true })) } }) });
        done();
      },
    });
  };
  // Known at once: whatever closes the dialog may follow the first letter.
  useLayoutEffect(() => onEdited(edited), [edited, onEdited]);

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) save({}, t('saved'));
      }}
    >
      <NameField value={name} onChange={setName} />
      <ModelField value={model} onChange={setModel} allowed={allowed} />
      {efforts.length > 0 && (
        <Field label={t('effort')} hint={t('effortHint')}>
          {(own) => <EffortSelect {...own} efforts={efforts} value={effort} onChange={setEffort} />}
        </Field>
      )}
      <Field label={t('longest')} hint={t('longestHint')}>
        {(own) => (
          <select {...own} value={longest} onChange={(event) => setLongest(Number(event.target.value))}>
            {[...new Set([...LENGTHS, room.max_reply_tokens])].sort((a, b) => a - b).map((tokens) => <option key={tokens} value={tokens}>{t('longestTokens', { count: tokens })}</option>)}
          </select>
        )}
      </Field>
      <AllowedModels value={allowed} onChange={setAllowed} own={model} />
      <Field label={t('instructions')} hint={t('instructionsHint')}>
        {(own) => <textarea {...own} rows={4} value={instructions} maxLength={8_000} dir="auto" onChange={(event) => setInstructions(event.target.value)} />}
      </Field>
      <InstructionExamples value={instructions} onChange={setInstructions} />
      {update.isError && <p role="alert" className="text-[13px]/5 text-danger">{t('notSaved')} {errorText(update.error)}</p>}
      <div className="flex justify-end"><Button type="submit" kind="primary" disabled={!ready}>{t(update.isPending ? 'saving' : 'save')}</Button></div>
      <hr className="border-line" />
      <ul className="grid gap-1">
        <SettingsRow title={t('startFresh')} hint={t('startFreshHint')}>
          <Button disabled={update.isPending} onClick={() => save({ ai_context_cutoff_at: new Date().toISOString() }, t('startedFresh'), { ai_context_cutoff_at: room.ai_context_cutoff_at })}><Icon name="spark" size={16} />{t('startFreshDo')}</Button>
          {room.ai_context_cutoff_at !== null && <Button disabled={update.isPending} onClick={() => save({ ai_context_cutoff_at: null }, t('readsAll'), { ai_context_cutoff_at: room.ai_context_cutoff_at })}>{t('readAll')}</Button>}
        </SettingsRow>
        <SettingsRow title={t(room.is_archived ? 'archived' : 'archive')} hint={t('archiveHint')}>
          <Button disabled={update.isPending} onClick={() => save({ is_archived: !room.is_archived }, t(room.is_archived ? 'broughtBack' : 'archivedNow'), { is_archived: room.is_archived })}><Icon name="archive" size={16} />{t(room.is_archived ? 'unarchiveDo' : 'archiveDo')}</Button>
        </SettingsRow>
        <Retention room={room} />
        <SettingsRow title={audit('title')} hint={audit('hint')}>
          <Button aria-expanded={log} onClick={() => setLog(!log)}>{audit('show')}</Button>
        </SettingsRow>
        {log && <li><AuditLog roomId={room.id} /></li>}
        {may.removeRoom(room.role ?? 'reader') && <RemoveRoom room={room} />}
      </ul>
    </form>
  );
}
