'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';

export const jobKey = (jobId: string) => ['job', jobId];

/** How far a job is. Notices tell that it moved; a notice may be lost, so it is looked at now and then. */
export function useJob(jobId: string | null) {
  const { api } = useLive();
  return useQuery({
    queryKey: jobKey(jobId ?? ''),
    queryFn: () => bodyOf(api.GET('/jobs/{jobId}', { params: { path: { jobId: jobId ?? '' } } })),
    enabled: jobId !== null,
    refetchInterval: ({ state }) => (state.data?.state === 'queued' || state.data?.state === 'running' ? 2000 : false),
  });
}

export function useCancelJob(jobId: string) {
  const { api } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => bodyOf(api.DELETE('/jobs/{jobId}', { params: { path: { jobId } } })),
    onSuccess: (job) => queries.setQueryData(jobKey(job.id), job),
  });
}
