'use client';

import { useTranslations } from 'next-intl';
import { nameOf } from '@/components/ui/face';
import { IconButton } from '@/components/ui/icon-button';
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/components/ui/lazy-menu';
import { useErrorText } from '@/components/use-error-text';
import { useBlock } from '@/lib/live/blocks';
import type { Member, Room } from '@/lib/protocol/types';
import { GIVEN_ROLES, may } from '@/lib/rights';
import { notify } from '@/stores/toasts';
import { useUpdateMember } from '../api/members';
import type { Act } from './member-dialogs';

/** What my role lets me do with somebody. An archived or frozen room lets nobody be changed; they can still be taken out. */
export function MemberMenu({ room, member, blocked, onAct }: { room: Room; member: Member; blocked: boolean; onAct: (act: Act) => void }) {
  const t = useTranslations('members');
  const roles = useTranslations('roles');
  const errorText = useErrorText();
  const update = useUpdateMember(room.id);
  const block = useBlock();
  const mine = room.role ?? 'reader';
  const open = !room.is_archived && !room.is_frozen;
  const manages = may.manage(mine, member.role);
  const name = nameOf(member.user);
  const failed = (error: unknown) => notify({ text: errorText(error), amiss: true });
  const toGive = open && manages ? GIVEN_ROLES.filter((role) => may.manage(mine, role)) : [];
  return (
    <Menu trigger={<IconButton icon="more" small label={t('menuOf', { name })} />}>
      {toGive.length > 0 && (
        <>
          <MenuLabel>{t('role')}</MenuLabel>
          {toGive.map((role) => (
            <MenuItem key={role} checked={role === member.role} onSelect={() => role !== member.role && update.mutate({ userId: member.user.id, role }, { onError: failed })}>{roles(role)}</MenuItem>
          ))}
          <MenuLine />
        </>
      )}
      {open && may.cap(mine) && member.role !== 'master' && <MenuItem icon="gear" onSelect={() => onAct({ kind: 'cap', member })}>{t('cap')}</MenuItem>}
      {!room.is_frozen && may.transfer(mine) && room.offered_to !== member.user.id && <MenuItem icon="out" onSelect={() => onAct({ kind: 'offer', member })}>{t('offer')}</MenuItem>}
      <MenuItem
        icon={blocked ? 'eye' : 'eye-off'}
        onSelect={() => block.mutate({ user: member.user, block: !blocked }, { onSuccess: () => notify({ text: t(blocked ? 'unblockedNow' : 'blockedNow', { name }) }), onError: failed })}
      >
        {t(blocked ? 'unblock' : 'block')}
      </MenuItem>
      {manages && (
        <>
          <MenuLine />
          <MenuItem icon="close" danger onSelect={() => onAct({ kind: 'remove', member })}>{t('remove')}</MenuItem>
        </>
      )}
    </Menu>
  );
}
