'use client';

import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useLocale } from 'next-intl';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';

export type Offer = components['schemas']['Offer'];
export type Payment = components['schemas']['Payment'];

/** What can be bought; nothing where nothing is sold. */
export function useOffers() {
  const { api } = useLive();
  return useQuery({ queryKey: ['offers'], queryFn: async () => (await bodyOf(api.GET('/billing/plans'))).items, staleTime: 300_000 });
}

/** What I paid, newest first, and the plan that I have. It stands below the balance: a notice of that makes it anew. */
export function usePayments() {
  const { api } = useLive();
  return useInfiniteQuery({
    queryKey: ['balance', 'payments'], initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => bodyOf(api.GET('/billing/payments', { params: { query: { cursor: pageParam, limit: 20 } } })),
    refetchOnMount: 'always',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Leads to a page of the payment provider's: where an offer is paid, or where the plan is cancelled and resumed. */
export function usePaymentPage() {
  const { api } = useLive();
  const locale = useLocale() === 'ja' ? 'ja' : 'en';
  return useMutation({
    mutationFn: async (offer: string | null) => {
      const params = { header: { 'Idempotency-Key': crypto.randomUUID() } };
      const { url } = offer === null
        ? await bodyOf(api.POST('/billing/portal', { params, body: { locale } }))
        : await bodyOf(api.POST('/billing/checkout', { params, body: { offer, locale } }));
      window.location.assign(url);
      // The page stays busy until it is left; who comes back by the browser's own button may choose anew.
      await new Promise((resolve) => window.addEventListener('pageshow', resolve, { once: true }));
    },
  });
}

/** Whether there is the page that Japanese law asks of whoever sells. */
export function useDisclosure() {
  return useQuery({ queryKey: ['disclosure'], queryFn: async () => (await fetch('/legal/commerce', { method: 'HEAD' })).ok, staleTime: Infinity });
}
