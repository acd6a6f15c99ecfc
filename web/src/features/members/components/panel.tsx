'use client';

import { useTranslations } from 'next-intl';
import { useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { useMemberCount, useMembers, useRoom } from '@/lib/live/hooks';
import { useBackCloses } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';
import { useCovered } from '@/stores/covers';
import { useMemberPages } from '../api/members';
import { inOrder, shownMembers } from '../utils/shown-members';
import { MemberDialogs, type Act } from './member-dialogs';
import { MemberRow } from './member-row';

/** The people of a room page by page, what I may do with each, and the way out. `tools` stand above them. */
export function Panel({ roomId, tools, close }: { roomId: string; tools?: ReactNode; close: () => void }) {
  const t = useTranslations('members');
  const { me } = useLive();
  const room = useRoom(roomId)?.room;
  const held = useMembers(roomId);
  const count = useMemberCount(roomId);
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage, isError } = useMemberPages(roomId, count);
  const [act, setAct] = useState<Act | null>(null);
  const over = useNarrow();
  useCovered(over);
  useBackCloses(over, close);
  const members = useMemo(() => inOrder(shownMembers(held, data?.pages ?? []), me.id), [data, held, me.id]);
  const online = members.filter((member) => member.online).length;
  if (!room) return null;
  const state = room.is_frozen ? 'frozen' : room.is_archived ? 'archived' : null;
  return (
    <aside aria-label={t('title')} className="flex w-80 flex-col overflow-y-auto border-l border-line bg-surface px-[18px] py-3 text-[13.5px]/5 max-panel:fixed max-panel:inset-y-0 max-panel:right-0 max-panel:z-30 max-panel:shadow-float max-page:w-full max-page:border-l-0">
      <div className="-mr-2 flex h-9 items-center justify-between">
        <h2 className="text-[14px] font-[650]">{t('title')}</h2>
        <IconButton icon="close" label={t('close')} onClick={close} />
      </div>
      <p className="text-[12.5px]/[18px] text-text-3">{t(hasNextPage ? 'countsSoFar' : 'counts', { count, online })}</p>
      {state && <p className="mt-2 flex items-start gap-2 rounded-2 bg-surface-2 px-3 py-2 text-[13px]/5 text-text-2"><Icon name="alert" size={16} className="mt-0.5 text-text-3" />{t(state)}</p>}
      {tools && <div className="mt-2 flex flex-wrap gap-2 empty:hidden">{tools}</div>}
      {isError && <p role="alert" className="mt-2 text-[13px]/5 text-text-3">{t('presenceUnknown')}</p>}
      <ul className="mt-2 grid">
        {members.map((member) => <MemberRow key={member.user.id} room={room} member={member} onAct={setAct} />)}
      </ul>
      {hasNextPage && <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()} className="mt-2">{t('more')}</Button>}
      <div className="mt-auto border-t border-line pt-3">
        <Button kind="danger" className="w-full" onClick={() => setAct({ kind: 'leave' })}><Icon name="out" size={16} />{t('leave')}</Button>
      </div>
      <MemberDialogs room={room} members={members} act={act} close={() => setAct(null)} />
    </aside>
  );
}

/** Whether the panel lies over the conversation. */
function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches, () => false);
}

const NARROW = '(width < 1280px)';

function subscribe(changed: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
}
