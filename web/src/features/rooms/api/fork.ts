'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';

const key = (jobId: string) => ['job', jobId];

/** How far a job is. Notices tell that it moved; a notice may be lost, so it is looked at now and then. */
export function useJob(jobId: string | null) {
  const { api } = useLive();
  return useQuery({
    queryKey: key(jobId ?? ''),
    queryFn: () => bodyOf(api.GET('/jobs/{jobId}', { params: { path: { jobId: jobId ?? '' } } })),
    enabled: jobId !== null,
    refetchInterval: ({ state }) => (state.data?.state === 'queued' || state.data?.state === 'running' ? 2000 : false),
  });
}

/** Begins a fork, up to a message or of all. The key stays with the attempt, so that pressing twice begins one. */
export function useForkRoom(roomId: string) {
  const { api } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ upTo, key: idempotency }: { upTo: string | null; key: string }) => bodyOf(api.POST('/rooms/{roomId}/forks', {
      params: { path: { roomId }, header: { 'Idempotency-Key': idempotency } }, body: upTo === null ? {} : { up_to_message_id: upTo },
    })),
    onSuccess: (job) => queries.setQueryData(key(job.id), job),
  });
}

export function useCancelJob(jobId: string) {
  const { api } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => bodyOf(api.DELETE('/jobs/{jobId}', { params: { path: { jobId } } })),
    onSuccess: (job) => queries.setQueryData(key(job.id), job),
  });
}
