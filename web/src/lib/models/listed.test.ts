// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { contextSize, listed } from './listed';
import type { Model } from './use-models';

const model = (provider: string, id: string, more: Partial<Model> = {}): Model => ({
  id, provider, display_name: id.toUpperCase(), context_window: 128_000, max_output_tokens: 4_096, price: { input: 1, cached_input: 0, output: 2 }, weights: { input: 1, output: 1 },
  vision: false, streaming: true, reasoning: 'none', efforts: [], deprecated: false, configured: true, available: true, ...more,
});
const all = [
  model('down', 'd1', { available: false }), model('openai', 'old', { deprecated: true }), model('openai', 'new'), model('openai', 'busy', { available: false }),
  model('anthropic', 'a1'), model('gemini', 'g1', { configured: false, available: false }),
];
const ids = ({ groups }: ReturnType<typeof listed>) => groups.map(({ provider, models }) => [provider, ...models.map(({ id }) => id)]);

describe('the list of models', () => {
  it('is grouped by provider: what answers first, then what is advised against, then what does not answer', () => {
    const list = listed(all, undefined, '');
    expect(ids(list)).toEqual([['openai', 'new', 'old', 'busy'], ['anthropic', 'a1'], ['down', 'd1']]);
    expect(list.folded.map(({ id }) => id)).toEqual(['g1']);
  });

  it('holds what the room allows, and no more', () => {
    expect(ids(listed(all, ['openai/new', 'anthropic/*'], ''))).toEqual([['openai', 'new'], ['anthropic', 'a1']]);
    expect(listed(all, ['openai/new'], '').folded).toEqual([]);
    expect(ids(listed(all, [], ''))).toHaveLength(3);
  });

  it('is searched by every word, in the names of models and providers', () => {
    expect(ids(listed(all, undefined, 'OPEN new'))).toEqual([['openai', 'new']]);
    expect(listed(all, undefined, 'google').folded).toHaveLength(1);
    expect(ids(listed(all, undefined, 'new anthropic'))).toEqual([]);
  });

  it('says how much a model reads', () => {
    expect([8_192, 128_000, 922_000, 1_000_000, 1_048_576, 2_500_000].map(contextSize)).toEqual(['8K', '128K', '922K', '1M', '1M', '2.5M']);
  });
});
