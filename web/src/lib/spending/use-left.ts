'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { bodyOf } from '@/lib/api/client';
import { useTimeline } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { useBalance } from './use-balance';

/** Where what is left becomes worth a word. */
const LOW = 0.1;

/** What may still be spent in a room: the payer's balance, or what is left of a member's cap; null where nothing limits it, or it is not known yet. */
export function useLeft(roomId: string, pays: boolean): { left: number; low: boolean } | null {
  const { api } = useLive();
  // A member gets no notice, and a payer may miss one: what is left changes as answers begin and end here.
  const last = useTimeline(roomId).messages.findLast((message) => message.type === 'ai');
  const running = last?.status === 'pending' || last?.status === 'streaming';
  const { data: balance, refetch } = useBalance({ enabled: pays });
  const ended = running ? null : last?.id;
  const seen = useRef(ended);
  useEffect(() => {
    if (seen.current === ended) return;
    seen.current = ended;
    if (pays && ended) void refetch();
  }, [ended, pays, refetch]);
  const spending = useQuery({
    queryKey: ['spending', roomId, last?.id, running], enabled: !pays, placeholderData: keepPreviousData,
    queryFn: () => bodyOf(api.GET('/rooms/{roomId}/spending', { params: { path: { roomId } } })),
  }).data;
  if (pays) return balance ? amount(balance.available, balance.lots.reduce((sum, lot) => sum + lot.granted, 0)) : null;
  return spending && spending.left !== null && spending.monthly_cap !== null ? amount(spending.left, spending.monthly_cap) : null;
}

function amount(left: number, whole: number) {
  return { left, low: left < whole * LOW || left === 0 };
}
