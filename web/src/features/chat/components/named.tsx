'use client';

import { useMemo, type ReactNode } from 'react';
import { Mentioned } from '@/components/markdown/mention';
import { useLive } from '@/lib/live/provider';
import type { Message } from '@/lib/protocol/types';

/** Tells the text of a message whom it names. */
export function Named({ message, children }: { message: Message; children: ReactNode }) {
  const { me } = useLive();
  const { mentions } = message;
  const named = useMemo(() => new Map((mentions ?? []).map(({ kind, user_id, name }) => [name.toLowerCase(), kind === 'all' || user_id === me.id])), [me.id, mentions]);
  return <Mentioned value={named}>{children}</Mentioned>;
}
