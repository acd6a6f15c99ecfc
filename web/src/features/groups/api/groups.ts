'use client';

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { GROUPS } from '@/lib/live/groups';
import { useLive } from '@/lib/live/provider';

const members = (groupId: string) => [...GROUPS, groupId, 'members'];

/** Whatever is changed about my groups, their lists are asked again. */
function useChange<I>(change: (input: I) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: change, onSettled: () => queries.invalidateQueries({ queryKey: GROUPS }) });
}

export function useCreateGroup() {
  const { api } = useLive();
  return useChange((input: { name: string; key: string }) =>
    bodyOf(api.POST('/groups', { params: { header: { 'Idempotency-Key': input.key } }, body: { name: input.name } })));
}

export function useRenameGroup(groupId: string) {
  const { api } = useLive();
  return useChange((name: string) => bodyOf(api.PATCH('/groups/{groupId}', { params: { path: { groupId } }, body: { name } })));
}

export function useDeleteGroup(groupId: string) {
  const { api } = useLive();
  return useChange(() => bodyOf(api.DELETE('/groups/{groupId}', { params: { path: { groupId } } })));
}

export function useGroupMembers(groupId: string) {
  const { api } = useLive();
  return useInfiniteQuery({
    queryKey: members(groupId),
    queryFn: ({ pageParam }) => bodyOf(api.GET('/groups/{groupId}/members', { params: { path: { groupId }, query: { cursor: pageParam, limit: 100 } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
}

/** Puts somebody into a group, or takes them out. */
export function useChangeGroupMember(groupId: string) {
  const { api } = useLive();
  return useChange(({ userId, inside }: { userId: string; inside: boolean }) => {
    const params = { path: { groupId, userId } };
    return bodyOf(inside ? api.PUT('/groups/{groupId}/members/{userId}', { params }) : api.DELETE('/groups/{groupId}/members/{userId}', { params }));
  });
}
