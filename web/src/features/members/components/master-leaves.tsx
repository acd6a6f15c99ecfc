'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { Face, nameOf } from '@/components/ui/face';
import { useErrorText } from '@/components/use-error-text';
import { useLive } from '@/lib/live/provider';
import type { Member, Room } from '@/lib/protocol/types';
import { useOfferRoom } from '../api/transfer';

/** The way out for the master, who cannot leave: somebody else must take the room first. */
export function MasterLeaves({ room, members, done }: { room: Room; members: readonly Member[]; done: () => void }) {
  const t = useTranslations('members');
  const errorText = useErrorText();
  const { me } = useLive();
  const offer = useMutation({ mutationFn: useOfferRoom(room.id), onSuccess: done });
  const others = members.filter(({ user }) => user.id !== me.id);
  if (others.length === 0) return <p className="text-[14px]/[22px] text-text-2">{t('masterAlone')}</p>;
  if (room.is_frozen) return <p className="text-[14px]/[22px] text-text-2">{t('frozen')}</p>;
  return (
    <>
      <ul className="grid">
        {others.map(({ user }) => (
          <li key={user.id} className="flex min-h-12 items-center gap-2.5">
            <Face user={user} />
            <b className="min-w-0 flex-1 truncate text-[14px]/5 font-medium"><bdi>{nameOf(user)}</bdi></b>
            {room.offered_to === user.id
              ? <span className="text-[13px] text-text-3">{t('offered')}</span>
              : <Button className="h-9" disabled={offer.isPending} aria-label={t('offerTo', { name: nameOf(user) })} onClick={() => offer.mutate(user.id)}>{t('offerDo')}</Button>}
          </li>
        ))}
      </ul>
      {offer.isError && <p role="alert" className="mt-2 text-[13px]/5 text-danger">{errorText(offer.error)}</p>}
    </>
  );
}
