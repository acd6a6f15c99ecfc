'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';
import { ApiError } from '@/lib/protocol/ports';

export type AiContext = components['schemas']['AIContext'];
export type ContextItem = components['schemas']['AIContextItem'];

/** What a question may say of how it is to be answered. */
export type Asked = Pick<components['schemas']['PreviewContext'], 'provider' | 'model' | 'effort' | 'visibility'>;

/** How long somebody must pause before what they type is priced. */
const PAUSE = 400;

/** What a question would send and cost while it is typed, or the code by which it would be refused: asked when the typing pauses, and no more once other words stand there. */
export function usePreview(roomId: string, text: string, asked: Asked, last: string | undefined): { shown: AiContext | null; code: string | null } {
  const { api } = useLive();
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  const draft = settled.trim();
  const { data, error } = useQuery({
    queryKey: ['context', roomId, 'totals', draft, asked, last],
    queryFn: ({ signal }) => bodyOf(api.POST('/rooms/{roomId}/ai/context', { params: { path: { roomId } }, body: { ...(draft !== '' && { draft }), ...asked, detail: 'totals' }, signal })),
    placeholderData: keepPreviousData, gcTime: 30_000, retry: false,
  });
  return { shown: error ? null : data ?? null, code: error instanceof ApiError ? error.code : null };
}
