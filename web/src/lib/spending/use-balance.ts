'use client';

import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';

/** What I have. A notice of the balance makes it anew; since one may be lost, whoever comes to look at it asks again. */
export function useBalance({ enabled = true, looksAt = false } = {}) {
  const { api } = useLive();
  return useQuery({ queryKey: ['balance'], queryFn: () => bodyOf(api.GET('/billing/balance')), enabled, refetchOnMount: looksAt ? 'always' : true });
}
