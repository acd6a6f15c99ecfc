'use client';

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';

export type Report = components['schemas']['Report'];
export type Reason = components['schemas']['ReportReason'];
export type Resolution = components['schemas']['ReportResolution'];
export const REASONS = ['spam', 'harassment', 'violence', 'sexual', 'self_harm', 'other'] as const satisfies readonly Reason[];

const key = (roomId: string) => ['reports', roomId];

export function useReportMessage(roomId: string, messageId: string) {
  const { api } = useLive();
  return useMutation({
    mutationFn: (body: { reason: Reason; note?: string }) =>
      bodyOf(api.POST('/rooms/{roomId}/messages/{messageId}/reports', { params: { path: { roomId, messageId } }, body })),
  });
}

/** The room's reports, for its admins. */
export function useReports(roomId: string) {
  const { api } = useLive();
  return useInfiniteQuery({
    queryKey: key(roomId),
    queryFn: ({ pageParam }) => bodyOf(api.GET('/rooms/{roomId}/reports', { params: { path: { roomId }, query: { cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
}

/** Says what was made of a report. */
export function useResolveReport(roomId: string) {
  const { api } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ reportId, resolution }: { reportId: string; resolution: Resolution }) =>
      bodyOf(api.PATCH('/rooms/{roomId}/reports/{reportId}', { params: { path: { roomId, reportId } }, body: { resolution } })),
    onSettled: () => queries.invalidateQueries({ queryKey: key(roomId) }),
  });
}
