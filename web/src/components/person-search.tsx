'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useEffect, useState, type ReactNode } from 'react';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';
import type { User } from '@/lib/protocol/types';
import { Face, nameOf } from './ui/face';
import { TextField } from './ui/field';
import { useErrorText } from './use-error-text';

const LEAST = 2;
const PAUSE_MS = 250;

/** Finds people by the beginning of their username, from two characters on; `action` is what can be done with each. */
export function PersonSearch({ action }: { action: (user: User) => ReactNode }) {
  const t = useTranslations('people');
  const errorText = useErrorText();
  const { api, me } = useLive();
  const [text, setText] = useState('');
  const query = usePaused(text.normalize('NFKC').trim().replace(/^@/, '').slice(0, 32));
  const enough = [...query].length >= LEAST;
  const { data, isError, error, isFetching } = useQuery({
    queryKey: ['people', query], enabled: enough, placeholderData: keepPreviousData,
    queryFn: () => bodyOf(api.GET('/users', { params: { query: { query } } })),
  });
  const found = enough ? (data?.items ?? []).filter(({ id }) => id !== me.id) : [];
  return (
    <div className="grid gap-2">
      <TextField label={t('search')} hint={t('searchHint')} value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" autoCapitalize="none" spellCheck={false} autoFocus />
      {isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(error)}</p>}
      <p role="status" className="text-[13px]/5 text-text-3 empty:hidden">{enough && !isFetching && !isError && found.length === 0 ? t('nobody', { query }) : ''}</p>
      {found.length > 0 && (
        <ul aria-label={t('found')} className="grid max-h-72 overflow-y-auto">
          {found.map((user) => <PersonLine key={user.id} user={user}>{action(user)}</PersonLine>)}
        </ul>
      )}
    </div>
  );
}

/** One person in a list, with what can be done or was done. */
export function PersonLine({ user, children }: { user: User; children: ReactNode }) {
  return (
    <li data-user={user.username} className="flex min-h-12 items-center gap-2.5">
      <Face user={user} />
      <span className="grid min-w-0 flex-1">
        <b className="truncate text-[14px]/5 font-medium"><bdi>{nameOf(user)}</bdi></b>
        {user.display_name && user.display_name !== user.username && <small className="truncate text-[12.5px]/[17px] text-text-3">@{user.username}</small>}
      </span>
      {children}
    </li>
  );
}

/** A text once nobody has typed for a moment. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}
