'use client';

import { useMutation } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { purgeAll } from '@/lib/live/browser';
import { useLive } from '@/lib/live/provider';
import { dropDrafts } from '@/stores/drafts';

/** Ends my account, and leaves nothing of me in this browser. */
export function useDeleteMe() {
  const { api, client } = useLive();
  return useMutation({
    mutationFn: (body: { password: string; messages: boolean }) => bodyOf(api.DELETE('/me', { body })),
    // The server closes the socket before it answers: who asked for another would be sent to log in, as if the session had just ended.
    onMutate: () => client.stop(),
    onError: () => client.start(),
    onSuccess: () => {
      dropDrafts();
      purgeAll();
      location.assign('/login?deleted=1');
    },
  });
}
