'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';

export type AiContext = components['schemas']['AIContext'];
export type ContextItem = components['schemas']['AIContextItem'];

/** How long somebody must pause before what they type is priced. */
const PAUSE = 400;

/** What a question would send and cost while it is typed: asked when the typing pauses, and no more once other words stand there. */
export function usePreview(roomId: string, text: string, asked: Pick<components['schemas']['PreviewContext'], 'effort' | 'visibility'>, last: string | undefined): AiContext | null {
  const { api } = useLive();
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  const draft = settled.trim();
  const { data, isError } = useQuery({
    queryKey: ['context', roomId, 'totals', draft, asked, last],
    queryFn: ({ signal }) => bodyOf(api.POST('/rooms/{roomId}/ai/context', { params: { path: { roomId } }, body: { ...(draft !== '' && { draft }), ...asked, detail: 'totals' }, signal })),
    placeholderData: keepPreviousData, gcTime: 30_000, retry: false,
  });
  return isError ? null : data ?? null;
}
