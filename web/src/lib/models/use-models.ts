'use client';

import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { useLive } from '@/lib/live/provider';

export type Model = components['schemas']['Model'];

const NONE: readonly Model[] = [];

/** The models that rooms can choose. */
export function useModels() {
  const { api } = useLive();
  const query = useQuery({ queryKey: ['models'], queryFn: () => bodyOf(api.GET('/models')), staleTime: 5 * 60_000 });
  return { models: query.data?.items ?? NONE, failed: query.isError, loading: query.isPending };
}

/** A model's name as people read it; its id where the list does not know it (any more). */
export function modelName(models: readonly Model[], provider: string, id: string): string {
  return models.find((model) => model.provider === provider && model.id === id)?.display_name ?? id;
}
