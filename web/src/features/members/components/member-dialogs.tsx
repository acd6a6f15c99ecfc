'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Confirm } from '@/components/confirm';
import { Dialog } from '@/components/ui/lazy-dialog';
import { nameOf } from '@/components/ui/face';
import { go } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';
import type { Member, Room } from '@/lib/protocol/types';
import { useRemoveMember } from '../api/members';
import { useOfferRoom } from '../api/transfer';
import { CapForm } from './cap-form';
import { MasterLeaves } from './master-leaves';

/** What is about to be done, once it was asked. */
export type Act = { kind: 'cap' | 'offer' | 'remove'; member: Member } | { kind: 'leave' };

export function MemberDialogs({ room, members, act, close }: { room: Room; members: readonly Member[]; act: Act | null; close: () => void }) {
  const t = useTranslations('members');
  const { me } = useLive();
  const remove = useRemoveMember(room.id);
  const offer = useOfferRoom(room.id);
  // What a dialog says stays while it closes.
  const [last, setLast] = useState(act);
  if (act && act !== last) setLast(act);
  const member = last && last.kind !== 'leave' ? last.member : null;
  const name = member ? nameOf(member.user) : '';
  const change = (open: boolean) => !open && close();
  const master = room.role === 'master';
  return (
    <>
      <Confirm
        open={act?.kind === 'remove'} onOpenChange={change} danger title={t('removeTitle', { name })} description={t('removeHint')} label={t('removeDo')}
        work={() => remove(member!)}
      />
      <Confirm
        open={act?.kind === 'offer'} onOpenChange={change} title={t('offerTitle', { name })} description={t('offerHint', { name })} label={t('offerDo')}
        work={() => offer(member!.user.id)}
      />
      <Dialog open={act?.kind === 'cap'} onOpenChange={change} title={t('capTitle', { name })} description={t('capHint')}>
        {member && <CapForm key={member.user.id} roomId={room.id} member={member} done={close} />}
      </Dialog>
      {master ? (
        <Dialog open={act?.kind === 'leave'} onOpenChange={change} title={t('masterLeaves')} description={t('masterLeavesHint')}>
          <MasterLeaves room={room} members={members} done={close} />
        </Dialog>
      ) : (
        <Confirm
          open={act?.kind === 'leave'} onOpenChange={change} danger title={t('leaveTitle', { name: room.name })} description={t('leaveHint')} label={t('leaveDo')}
          work={async () => {
            await remove({ user: me });
            go('/rooms');
          }}
        />
      )}
    </>
  );
}
