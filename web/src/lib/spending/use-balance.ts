'use client';

import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import { useLive } from '@/lib/live/provider';

/** What I have. A notice of the balance makes it anew. */
export function useBalance(enabled = true) {
  const { api } = useLive();
  return useQuery({ queryKey: ['balance'], queryFn: () => bodyOf(api.GET('/billing/balance')), enabled });
}
