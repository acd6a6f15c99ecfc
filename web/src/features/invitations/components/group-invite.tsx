'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { PersonLine } from '@/components/person-search';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { useErrorText } from '@/components/use-error-text';
import { useGroups } from '@/lib/live/groups';
import { goOnClick } from '@/lib/live/navigation';
import type { Room } from '@/lib/protocol/types';
import { useInvite } from '../api/room-invitations';
import type { InvitedRole } from './invite-form';

/** Invites a group of mine at once, and says what became of each person. */
export function GroupInvite({ room, role }: { room: Room; role: InvitedRole }) {
  const t = useTranslations('invitations');
  const errorText = useErrorText();
  const invite = useInvite(room.id);
  const { data, isError, error, isPending } = useGroups();
  const [chosen, setChosen] = useState('');
  const groups = data?.pages.flatMap(({ items }) => items) ?? [];
  const groupId = chosen || groups[0]?.id;
  if (isPending) return null;
  if (isError) return <p role="alert" className="text-[13px]/5 text-danger">{errorText(error)}</p>;
  if (groupId === undefined) return <p className="text-[14px]/[22px] text-text-2">{t('noGroups')} <a href="/groups" onClick={goOnClick} className="font-medium text-accent hover:underline">{t('toGroups')}</a></p>;
  const outcomes = invite.data && 'items' in invite.data ? invite.data.items : null;
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate({ kind: 'group', role, group_id: groupId });
      }}
    >
      <Field label={t('group')} hint={t('groupHint')}>
        {(own) => (
          <select {...own} value={groupId} onChange={(event) => { setChosen(event.target.value); invite.reset(); }}>
            {groups.map((group) => <option key={group.id} value={group.id}>{t('groupOf', { name: group.name, count: group.member_count })}</option>)}
          </select>
        )}
      </Field>
      {outcomes && (
        <ul aria-label={t('outcome')} className="grid">
          {outcomes.map(({ user, outcome }) => <PersonLine key={user.id} user={user}><span className={outcome === 'invited' ? 'text-[13px] text-ok' : 'text-[13px] text-text-3'}>{t(`outcomes.${outcome}`)}</span></PersonLine>)}
        </ul>
      )}
      {outcomes?.length === 0 && <p className="text-[13.5px]/5 text-text-2">{t('groupEmpty')}</p>}
      {invite.isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(invite.error)}</p>}
      <div className="flex justify-end"><Button type="submit" kind="primary" disabled={invite.isPending}>{t('inviteGroup')}</Button></div>
    </form>
  );
}
