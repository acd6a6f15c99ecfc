'use client';

import { useTranslations } from 'next-intl';
import { useSyncExternalStore } from 'react';
import { Face, nameOf } from '@/components/ui/face';
import { IconButton } from '@/components/ui/icon-button';
import { useMembers } from '@/lib/live/hooks';
import { useBackCloses } from '@/lib/live/navigation';
import { useCovered } from '@/stores/covers';
import { useUi } from '@/stores/ui';

/** Who is in the room, on demand: beside the conversation where there is room for it, over it otherwise. */
export function PeoplePanel({ roomId }: { roomId: string }) {
  const open = useUi((ui) => ui.peopleOpen);
  const setOpen = useUi((ui) => ui.setPeopleOpen);
  return open && <Panel roomId={roomId} close={() => setOpen(false)} />;
}

function Panel({ roomId, close }: { roomId: string; close: () => void }) {
  const t = useTranslations('members');
  const roles = useTranslations('roles');
  const members = useMembers(roomId);
  const over = useNarrow();
  useCovered(over);
  useBackCloses(over, close);
  return (
    <aside aria-label={t('title')} className="w-80 overflow-y-auto border-l border-line bg-surface px-[18px] py-3 text-[13.5px]/5  max-panel:fixed max-panel:inset-y-0 max-panel:right-0 max-panel:z-30 max-panel:shadow-float max-page:w-full max-page:border-l-0">
      <div className="-mr-2 flex h-9 items-center justify-between">
        <h2 className="text-[14px] font-[650]">{t('title')}</h2>
        <IconButton icon="close" label={t('close')} onClick={close} />
      </div>
      <ul className="mt-2 grid">
        {members.map(({ user, role }) => (
          <li key={user.id} className="flex min-h-11 items-center gap-2.5">
            <Face user={user} />
            <span className="grid min-w-0"><b className="truncate text-[14px]/5 font-medium">{nameOf(user)}</b>{user.display_name && user.display_name !== user.username && <small className="truncate text-[12.5px]/[17px] text-text-3">@{user.username}</small>}</span>
            <span className="ml-auto text-[12.5px] text-text-3">{roles(role)}</span>
          </li>
        ))}
      </ul>
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
