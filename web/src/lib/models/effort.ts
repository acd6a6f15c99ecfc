import type { components } from '@/lib/api/schema';
import type { Model } from './use-models';

export type Effort = components['schemas']['Effort'];

/** The efforts that can be chosen for a model: none where there is no choice. */
export function effortsOf(models: readonly Model[], provider: string, id: string): readonly Effort[] {
  const efforts = models.find((model) => model.provider === provider && model.id === id)?.efforts ?? [];
  return efforts.length > 0 ? ['default', ...efforts] : [];
}

/** Whether a room's list lets a model be asked: `provider/model`, `provider/*`, or an empty list. */
export function isAllowed(allowed: readonly string[] | undefined, model: Pick<Model, 'provider' | 'id'>): boolean {
  return !allowed || allowed.length === 0 || allowed.includes(`${model.provider}/${model.id}`) || allowed.includes(`${model.provider}/*`);
}
