'use client';

import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';

/** Changes what I say of myself; the page then shows it everywhere. */
export function useUpdateMe() {
  const { api } = useLive();
  const router = useRouter();
  return useMutation({
    mutationFn: (body: components['schemas']['UpdateMe']) => bodyOf(api.PATCH('/me', { body })),
    onSuccess: () => router.refresh(),
  });
}
