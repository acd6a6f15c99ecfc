'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { PersonSearch } from '@/components/person-search';
import { Button } from '@/components/ui/button';
import { nameOf } from '@/components/ui/face';
import { useErrorText } from '@/components/use-error-text';
import { useMembers } from '@/lib/live/hooks';
import { ApiError } from '@/lib/protocol/ports';
import type { Room } from '@/lib/protocol/types';
import { useInvite } from '../api/room-invitations';
import type { InvitedRole } from './invite-form';

/** Invites people one by one, found by their username. */
export function NameInvite({ room, role }: { room: Room; role: InvitedRole }) {
  const t = useTranslations('invitations');
  const errorText = useErrorText();
  const invite = useInvite(room.id);
  const members = useMembers(room.id);
  const [invited, setInvited] = useState<ReadonlySet<string>>(new Set());
  const inside = new Set(members.map(({ user }) => user.id));
  const why = (error: unknown) => (error instanceof ApiError && error.code === 'already_exists' ? t('outcomes.already_invited') : error instanceof ApiError && (error.code === 'validation_failed' || error.code === 'conflict') ? t('outcomes.cannot_be_invited') : errorText(error));
  return (
    <>
      <PersonSearch
        action={(user) =>
          inside.has(user.id) ? <span className="text-[13px] text-text-3">{t('outcomes.already_in')}</span>
          : invited.has(user.id) ? <span className="text-[13px] text-ok">{t('outcomes.invited')}</span>
          : (
            <Button
              className="h-9" disabled={invite.isPending} aria-label={t('invitePerson', { name: nameOf(user) })}
              onClick={() => invite.mutate({ kind: 'user', role, username: user.username }, { onSuccess: () => setInvited((before) => new Set(before).add(user.id)) })}
            >
              {t('inviteDo')}
            </Button>
          )}
      />
      {invite.isError && <p role="alert" className="text-[13px]/5 text-danger">{why(invite.error)}</p>}
    </>
  );
}
