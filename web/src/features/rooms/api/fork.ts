'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';
import { jobKey } from './job';

/** Begins a fork, up to a message or of all. The key stays with the attempt, so that pressing twice begins one. */
export function useForkRoom(roomId: string) {
  const { api } = useLive();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ upTo, key: idempotency }: { upTo: string | null; key: string }) => bodyOf(api.POST('/rooms/{roomId}/forks', {
      params: { path: { roomId }, header: { 'Idempotency-Key': idempotency } }, body: upTo === null ? {} : { up_to_message_id: upTo },
    })),
    onSuccess: (job) => queries.setQueryData(jobKey(job.id), job),
  });
}
