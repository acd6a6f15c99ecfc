import { isAllowed } from './effort';
import type { Model } from './use-models';

export interface Listed {
  /** What can be chosen, by provider: those of which one answers now first, and in each those that answer before those that do not. */
  groups: { provider: string; models: Model[] }[];
  /** What this installation has no key for. */
  folded: Model[];
}

/** The models that a room allows and that fit what was searched for, as people choose among them. */
export function listed(models: readonly Model[], allowed: readonly string[] | undefined, wanted: string): Listed {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = models.filter((model) => isAllowed(allowed, model) && words.every((word) => `${model.display_name} ${model.id} ${model.provider} ${providerName(model.provider)}`.toLowerCase().includes(word)));
  // Sorted first, so that each group and the groups themselves come in this order.
  const groups = new Map<string, Model[]>();
  for (const model of found.filter((candidate) => candidate.configured).sort((a, b) => rank(a) - rank(b))) {
    groups.set(model.provider, [...(groups.get(model.provider) ?? []), model]);
  }
  return { groups: [...groups].map(([provider, list]) => ({ provider, models: list })), folded: found.filter((model) => !model.configured) };
}

/** Those that answer before those that do not, and what its provider advises against last. */
function rank(model: Model): number {
  return (model.available ? 0 : 2) + (model.deprecated ? 1 : 0);
}

const NAMES: Record<string, string> = { openai: 'OpenAI', anthropic: 'Anthropic', gemini: 'Google Gemini', ollama: 'Ollama', vllm: 'vLLM' };

/** A provider's name as people read it; its own where nobody knows another. */
export function providerName(provider: string): string {
  return NAMES[provider] ?? provider;
}

/** How much a model reads at once: 128K, 1M. */
export function contextSize(tokens: number): string {
  return tokens >= 1_000_000 ? `${Math.round(tokens / 100_000) / 10}M` : `${Math.round(tokens / 1_000)}K`;
}
