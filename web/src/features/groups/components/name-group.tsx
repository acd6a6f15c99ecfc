'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { Dialog } from '@/components/ui/lazy-dialog';
import { useErrorText } from '@/components/use-error-text';
import { codePointsOf, isVisible, oneLine } from '@/lib/graphemes';
import type { Group } from '@/lib/live/groups';
import { useCreateGroup, useRenameGroup } from '../api/groups';

const MAX_NAME = 100;

/** Makes a group, or gives one another name. */
export function NameGroup({ group, open, onOpenChange }: { group?: Group; open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations('groups');
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t(group ? 'rename' : 'new')} description={group ? undefined : t('hint')}>
      <NameForm group={group} done={() => onOpenChange(false)} />
    </Dialog>
  );
}

function NameForm({ group, done }: { group?: Group; done: () => void }) {
  const t = useTranslations('groups');
  const errorText = useErrorText();
  const [typed, setTyped] = useState(group?.name ?? '');
  // The key stays with the form, so that pressing twice makes one group.
  const [key] = useState(() => crypto.randomUUID());
  const create = useCreateGroup();
  const rename = useRenameGroup(group?.id ?? '');
  const name = oneLine(typed);
  const ready = isVisible(name) && codePointsOf(name) <= MAX_NAME;
  const error = create.error ?? rename.error;
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        if (group) rename.mutate(name, { onSuccess: done });
        else create.mutate({ name, key }, { onSuccess: done });
      }}
    >
      <TextField label={t('name')} value={typed} onChange={(event) => setTyped(event.target.value)} placeholder={t('namePlaceholder')} autoComplete="off" autoFocus dir="auto" error={typed !== '' && !ready ? t('nameWrong') : undefined} />
      {error && <p role="alert" className="text-[13px]/5 text-danger">{errorText(error)}</p>}
      <div className="flex justify-end"><Button type="submit" kind="primary" disabled={!ready || create.isPending || rename.isPending}>{t(group ? 'save' : 'create')}</Button></div>
    </form>
  );
}
