'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Field } from '@/components/ui/field';
import type { Room } from '@/lib/protocol/types';
import { GIVEN_ROLES, may } from '@/lib/rights';
import { GroupInvite } from './group-invite';
import { LinkInvite } from './link-invite';
import { NameInvite } from './name-invite';
import { OpenInvitations } from './open-invitations';

const WAYS = ['name', 'link', 'group'] as const;
export type InvitedRole = (typeof GIVEN_ROLES)[number];

/** Three ways in: by name, by link, by group; all with a role that I may give. Below, what waits. */
export function InviteForm({ room }: { room: Room }) {
  const t = useTranslations('invitations');
  const roles = useTranslations('roles');
  const mine = room.role ?? 'reader';
  const [way, setWay] = useState<(typeof WAYS)[number]>('name');
  const [chosen, setChosen] = useState<InvitedRole>('member');
  // Whoever loses a right while this is open gives what is left.
  const given = GIVEN_ROLES.filter((role) => may.manage(mine, role));
  const role = given.includes(chosen) ? chosen : 'member';
  const Way = { name: NameInvite, link: LinkInvite, group: GroupInvite }[way];
  const closed = room.is_frozen ? 'frozen' : room.is_archived ? 'archived' : null;
  return (
    <div className="grid gap-4">
      {closed ? <p className="text-[14px]/[22px] text-text-2">{t(closed)}</p> : (
        <>
          <div role="radiogroup" aria-label={t('way')} className="flex gap-1 rounded-2 bg-surface-2 p-1">
            {WAYS.map((each) => (
              <label key={each} className={clsx('shift grid h-9 flex-1 cursor-pointer place-items-center rounded-1 text-[13.5px] font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent max-page:h-11', each === way ? 'bg-surface shadow-float' : 'text-text-2')}>
                <input type="radio" name="way" checked={each === way} onChange={() => setWay(each)} className="sr-only" />{t(`ways.${each}`)}
              </label>
            ))}
          </div>
          <Field label={t('role')} hint={t(`roleHints.${role}`)}>
            {(own) => <select {...own} value={role} onChange={(event) => setChosen(event.target.value as InvitedRole)}>{given.map((each) => <option key={each} value={each}>{roles(each)}</option>)}</select>}
          </Field>
          {/* A link that was made stays what it is; another role makes another. */}
          <Way key={way === 'link' ? role : way} room={room} role={role} />
        </>
      )}
      <OpenInvitations room={room} />
    </div>
  );
}
