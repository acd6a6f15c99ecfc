'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';
import { jobKey } from './job';

export type Format = 'json' | 'markdown';

/** Begins the export of a room, or of what is kept about me. The key stays with the attempt, so that pressing twice begins one. */
export function useExport(roomId: string | null) {
  const { api } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ format, key }: { format: Format; key: string }) => {
      const header = { 'Idempotency-Key': key };
      return bodyOf(roomId === null ? api.POST('/me/exports', { params: { header } }) : api.POST('/rooms/{roomId}/exports', { params: { path: { roomId }, header }, body: { format } }));
    },
    onSuccess: (job) => queries.setQueryData(jobKey(job.id), job),
  });
}

/** Goes to the file of a job, by a link that is made for it: one from before may have ended. */
export function useDownload(jobId: string) {
  const { api } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => bodyOf(api.GET('/jobs/{jobId}', { params: { path: { jobId } } })),
    onSuccess: (job) => {
      queries.setQueryData(jobKey(job.id), job);
      if (job.download?.url) location.assign(job.download.url);
    },
  });
}
