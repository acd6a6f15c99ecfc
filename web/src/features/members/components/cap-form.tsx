'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { useErrorText } from '@/components/use-error-text';
import type { Member } from '@/lib/protocol/types';
import { capOf } from '@/lib/cap';
import { useUpdateMember } from '../api/members';

/** What one member's questions may cost in a month; nothing in the field is no cap. */
export function CapForm({ roomId, member, done }: { roomId: string; member: Member; done: () => void }) {
  const t = useTranslations('members');
  const errorText = useErrorText();
  const [text, setText] = useState(member.monthly_cap?.toString() ?? '');
  const update = useUpdateMember(roomId);
  const cap = capOf(text);
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (cap !== undefined) update.mutate({ userId: member.user.id, monthly_cap: cap }, { onSuccess: done });
      }}
    >
      <TextField
        label={t('capLabel')} inputMode="numeric" autoComplete="off" autoFocus value={text} onChange={(event) => setText(event.target.value)}
        hint={t('capNone')} error={cap === undefined ? t('capWrong') : undefined}
      />
      {update.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(update.error)}</p>}
      <div className="flex justify-end"><Button type="submit" kind="primary" disabled={cap === undefined || update.isPending}>{t('save')}</Button></div>
    </form>
  );
}
