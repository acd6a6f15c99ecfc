'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { Face, nameOf } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { useMoment } from '@/components/use-moment';
import { useErrorText } from '@/components/use-error-text';
import type { Room } from '@/lib/protocol/types';
import { may } from '@/lib/rights';
import { useRevoke, useRoomInvitations, type Invitation } from '../api/room-invitations';

/** What waits in the room: for whom, as what, until when; each can be taken back. */
export function OpenInvitations({ room }: { room: Room }) {
  const t = useTranslations('invitations');
  const roles = useTranslations('roles');
  const moment = useMoment();
  const errorText = useErrorText();
  const { data, isError, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useRoomInvitations(room.id);
  const revoke = useRevoke(room.id);
  // A link that is used up lets nobody in any more.
  const waiting = data?.pages.flatMap(({ items }) => items.filter(({ uses_left: left }) => left !== 0)) ?? [];
  const trouble = revoke.error ?? (isError ? error : null);
  if (waiting.length === 0 && trouble === null) return null;
  const nameFor = (invitation: Invitation) => (invitation.invited_user ? nameOf(invitation.invited_user) : t('aLink'));
  return (
    <section aria-label={t('waiting')} className="grid border-t border-line pt-3">
      <h3 className="text-[13px]/5 font-medium text-text-2">{t('waiting')}</h3>
      {trouble !== null && <p role="alert" className="text-[13px]/5 text-danger">{errorText(trouble)}</p>}
      <ul className="grid">
        {waiting.map((invitation) => (
          <li key={invitation.id} className="flex min-h-12 items-center gap-2.5 py-1">
            {invitation.invited_user ? <Face user={invitation.invited_user} /> : <span aria-hidden="true" className="grid size-8 place-items-center rounded-full bg-surface-2 text-text-3"><Icon name="link" size={16} /></span>}
            <span className="grid min-w-0 flex-1">
              <b className="truncate text-[14px]/5 font-medium"><bdi>{nameFor(invitation)}</bdi></b>
              <small className="text-[12.5px]/[17px] text-text-3">
                {[roles(invitation.role), typeof invitation.uses_left === 'number' && t('usesLeft', { count: invitation.uses_left }), t('until', { date: moment(invitation.expires_at) })].filter(Boolean).join(' · ')}
              </small>
            </span>
            {may.manage(room.role ?? 'reader', invitation.role) && <Button className="h-9" disabled={revoke.isPending} aria-label={t('revokeOf', { name: nameFor(invitation) })} onClick={() => revoke.mutate(invitation.id)}>{t('revoke')}</Button>}
          </li>
        ))}
      </ul>
      {hasNextPage && <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('more')}</Button>}
    </section>
  );
}
