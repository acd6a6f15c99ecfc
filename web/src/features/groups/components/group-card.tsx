'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Confirm } from '@/components/confirm';
import { PersonLine, PersonSearch } from '@/components/person-search';
import { Button } from '@/components/ui/button';
import { nameOf } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { Dialog } from '@/components/ui/lazy-dialog';
import { Menu, MenuItem } from '@/components/ui/lazy-menu';
import { useErrorText } from '@/components/use-error-text';
import { unturned } from '@/lib/bidi';
import type { Group } from '@/lib/live/groups';
import { useChangeGroupMember, useDeleteGroup, useGroupMembers } from '../api/groups';
import { NameGroup } from './name-group';

/** One group; it unfolds to its people. */
export function GroupCard({ group }: { group: Group }) {
  const t = useTranslations('groups');
  const [unfolded, setUnfolded] = useState(false);
  const [act, setAct] = useState<'rename' | 'delete' | null>(null);
  const remove = useDeleteGroup(group.id);
  const name = unturned(group.name);
  return (
    <li className="rounded-2 border border-line bg-surface">
      <div className="flex items-center gap-1 pr-1.5">
        <button type="button" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)} className="shift flex min-h-12 min-w-0 flex-1 items-center gap-2.5 rounded-2 px-3 text-left">
          <Icon name={unfolded ? 'down' : 'next'} size={16} className="text-text-3" />
          <b dir="auto" className="min-w-0 truncate text-[14.5px]/5 font-medium">{name}</b>
          <span className="ml-auto text-[12.5px] whitespace-nowrap text-text-3">{t('count', { count: group.member_count })}</span>
        </button>
        <Menu trigger={<IconButton icon="more" small label={t('menuOf', { name })} />}>
          <MenuItem icon="edit" onSelect={() => setAct('rename')}>{t('rename')}</MenuItem>
          <MenuItem icon="trash" danger onSelect={() => setAct('delete')}>{t('delete')}</MenuItem>
        </Menu>
      </div>
      {unfolded && <People group={group} />}
      <NameGroup group={group} open={act === 'rename'} onOpenChange={() => setAct(null)} />
      <Confirm open={act === 'delete'} onOpenChange={() => setAct(null)} danger title={t('deleteTitle', { name })} description={t('deleteHint')} label={t('delete')} work={() => remove.mutateAsync(undefined)} />
    </li>
  );
}

function People({ group }: { group: Group }) {
  const t = useTranslations('groups');
  const errorText = useErrorText();
  const { data, isPending, isError, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useGroupMembers(group.id);
  const change = useChangeGroupMember(group.id);
  const [adding, setAdding] = useState(false);
  const people = data?.pages.flatMap(({ items }) => items) ?? [];
  const inside = new Set(people.map(({ id }) => id));
  const trouble = change.error ?? (isError ? error : null);
  return (
    <div className="grid gap-2 border-t border-line px-3 py-2">
      {!isPending && people.length === 0 && <p className="text-[13.5px]/5 text-text-2">{t('nobody')}</p>}
      <ul aria-label={t('peopleOf', { name: group.name })} className="grid">
        {people.map((user) => (
          <PersonLine key={user.id} user={user}>
            <IconButton icon="close" small label={t('takeOut', { name: nameOf(user) })} disabled={change.isPending} onClick={() => change.mutate({ userId: user.id, inside: false })} />
          </PersonLine>
        ))}
      </ul>
      {hasNextPage && <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('more')}</Button>}
      {trouble !== null && <p role="alert" className="text-[13px]/5 text-danger">{errorText(trouble)}</p>}
      <Button className="h-9 justify-self-start" onClick={() => setAdding(true)}><Icon name="plus" size={16} />{t('add')}</Button>
      <Dialog open={adding} onOpenChange={setAdding} title={t('addTo', { name: unturned(group.name) })}>
        <PersonSearch
          action={(user) => (inside.has(user.id)
            ? <span className="text-[13px] text-text-3">{t('inside')}</span>
            : <Button className="h-9" disabled={change.isPending} aria-label={t('addPerson', { name: nameOf(user) })} onClick={() => change.mutate({ userId: user.id, inside: true })}>{t('addDo')}</Button>)}
        />
        {change.isError && <p role="alert" className="mt-2 text-[13px]/5 text-danger">{errorText(change.error)}</p>}
      </Dialog>
    </div>
  );
}
