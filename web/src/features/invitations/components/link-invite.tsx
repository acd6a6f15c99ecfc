'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, TextField } from '@/components/ui/field';
import { Icon } from '@/components/ui/icon';
import { useCopy } from '@/components/use-copy';
import { useErrorText } from '@/components/use-error-text';
import { capOf } from '@/lib/cap';
import type { Room } from '@/lib/protocol/types';
import { may } from '@/lib/rights';
import { useInvite, WEEK } from '../api/room-invitations';
import type { InvitedRole } from './invite-form';

const HOURS = [1, 24, WEEK, 720] as const;
const USES = [1, 5, 10, 50, 0] as const;

/** Makes a link for whoever holds it. Its address is told once: only a hash of it is kept. */
export function LinkInvite({ room, role }: { room: Room; role: InvitedRole }) {
  const t = useTranslations('invitations');
  const errorText = useErrorText();
  const invite = useInvite(room.id);
  const [hours, setHours] = useState<number>(WEEK);
  const [uses, setUses] = useState<number>(10);
  const [capText, setCap] = useState('');
  const [copied, copy] = useCopy();
  const cap = capOf(capText);
  const url = invite.data && 'url' in invite.data ? invite.data.url : undefined;
  if (url) {
    return (
      <div className="grid gap-3">
        <Field label={t('linkMade')} hint={t('linkOnce')}>
          {(own) => <input {...own} readOnly value={url} onFocus={(event) => event.target.select()} />}
        </Field>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => invite.reset()}>{t('another')}</Button>
          <Button kind="primary" onClick={() => void copy(url)}><Icon name={copied === 'copied' ? 'check' : 'copy'} size={16} /><span aria-live="polite">{t(copied === 'idle' ? 'copyLink' : copied === 'copied' ? 'copied' : 'copyFailed')}</span></Button>
        </div>
      </div>
    );
  }
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (cap === undefined) return;
        invite.mutate({ kind: 'link', role, expires_in_hours: hours, ...(uses > 0 && { max_uses: uses }), ...(cap !== null && may.cap(room.role ?? 'reader') && { monthly_cap: cap }) });
      }}
    >
      <div className="grid grid-cols-2 gap-3">
        <Field label={t('expiry')}>
          {(own) => <select {...own} value={hours} onChange={(event) => setHours(Number(event.target.value))}>{HOURS.map((each) => <option key={each} value={each}>{each < 24 ? t('hours', { count: each }) : t('days', { count: each / 24 })}</option>)}</select>}
        </Field>
        <Field label={t('uses')}>
          {(own) => <select {...own} value={uses} onChange={(event) => setUses(Number(event.target.value))}>{USES.map((each) => <option key={each} value={each}>{each === 0 ? t('usesAny') : t('usesLimit', { count: each })}</option>)}</select>}
        </Field>
      </div>
      {may.cap(room.role ?? 'reader') && (
        <TextField label={t('cap')} hint={t('capHint')} error={cap === undefined ? t('capWrong') : undefined} inputMode="numeric" autoComplete="off" value={capText} onChange={(event) => setCap(event.target.value)} />
      )}
      {invite.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(invite.error)}</p>}
      <div className="flex justify-end"><Button type="submit" kind="primary" disabled={invite.isPending || cap === undefined}><Icon name="link" size={16} />{t('makeLink')}</Button></div>
    </form>
  );
}
