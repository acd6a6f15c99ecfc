'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { nameOf, Tile } from '@/components/ui/face';
import { useMoment } from '@/components/use-moment';
import { useErrorText } from '@/components/use-error-text';
import { unturned } from '@/lib/bidi';
import { go } from '@/lib/live/navigation';
import { notify } from '@/stores/toasts';
import { useAnswerInvitation, useMyInvitations } from '../api/my-invitations';

/** The invitations that wait for me: into which room, by whom, as what. */
export function InvitationList({ close }: { close: () => void }) {
  const t = useTranslations('notifications');
  const roles = useTranslations('roles');
  const moment = useMoment();
  const errorText = useErrorText();
  const { data, isPending, isError, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useMyInvitations();
  const answer = useAnswerInvitation();
  const waiting = data?.pages.flatMap(({ items }) => items) ?? [];
  const trouble = answer.error ?? (isError ? error : null);
  const accept = (invitationId: string, name: string) =>
    answer.mutate({ invitationId, accept: true }, {
      onSuccess: (roomId) => {
        close();
        if (roomId !== null) go(`/rooms/${roomId}`);
        notify({ text: t('joined', { name }) });
      },
    });
  return (
    <div className="grid gap-3">
      {trouble !== null && <p role="alert" className="text-[13px]/5 text-danger">{errorText(trouble)}</p>}
      {waiting.length === 0 && !isPending && trouble === null && <p className="text-[14px]/[22px] text-text-2">{t('empty')}</p>}
      <ul className="grid gap-3">
        {waiting.map((invitation) => (
          <li key={invitation.id} className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <Tile id={invitation.room.id} name={invitation.room.name} />
            <span className="grid min-w-0 flex-1 basis-44">
              <b dir="auto" className="truncate text-start text-[14px]/5 font-medium">{unturned(invitation.room.name)}</b>
              <small className="text-[12.5px]/[18px] text-text-3">{t('by', { name: nameOf(invitation.invited_by), role: roles(invitation.role), date: moment(invitation.expires_at) })}</small>
            </span>
            <span className="ml-auto flex gap-2">
              <Button className="h-9" disabled={answer.isPending} onClick={() => answer.mutate({ invitationId: invitation.id, accept: false }, { onSuccess: () => notify({ text: t('declined') }) })}>{t('decline')}</Button>
              <Button kind="primary" className="h-9" disabled={answer.isPending} onClick={() => accept(invitation.id, invitation.room.name)}>{t('accept')}</Button>
            </span>
          </li>
        ))}
      </ul>
      {hasNextPage && <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('more')}</Button>}
    </div>
  );
}
