'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { bodyOf, type ApiClient } from '@/lib/api/client';
import type { User } from '@/lib/protocol/types';
import { useLive } from './provider';

const KEY = ['blocks'];
const NOBODY: readonly User[] = [];

/** Whom I have blocked, by id. */
export function useBlocked(): ReadonlyMap<string, User> {
  const { api } = useLive();
  const { data = NOBODY } = useQuery({ queryKey: KEY, queryFn: () => allBlocked(api), staleTime: 5 * 60_000 });
  return useMemo(() => new Map(data.map((user) => [user.id, user])), [data]);
}

async function allBlocked(api: ApiClient): Promise<User[]> {
  const found: User[] = [];
  let cursor: string | undefined;
  do {
    const page = await bodyOf(api.GET('/me/blocks', { params: { query: { cursor, limit: 100 } } }));
    found.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** Blocks somebody, or ends that. What the list shows follows the answer. */
export function useBlock() {
  const { api } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ user, block }: { user: User; block: boolean }) => {
      const params = { path: { userId: user.id } };
      return bodyOf(block ? api.PUT('/me/blocks/{userId}', { params }) : api.DELETE('/me/blocks/{userId}', { params }));
    },
    onSuccess: (_, { user, block }) => {
      queries.setQueryData<readonly User[]>(KEY, (held = NOBODY) => [...held.filter(({ id }) => id !== user.id), ...(block ? [user] : [])]);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
