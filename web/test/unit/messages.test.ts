// @vitest-environment node
import { describe, expect, it } from 'vitest';
import en from '../../messages/en.json';
import ja from '../../messages/ja.json';

type Messages = { [key: string]: string | Messages };

function flat(messages: Messages, prefix = ''): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(messages)) {
    if (typeof value === 'string') all.set(prefix + key, value);
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) all.set(inner, text);
  }
  return all;
}

/** The names that a message wants to be given. */
const parameters = (text: string) => [...new Set([...text.matchAll(/\{(\w+)(?:,|\})/g)].map((match) => match[1]))].sort();

describe('every string exists in both languages', () => {
  const [english, japanese] = [flat(en), flat(ja)];

  it('has the same keys', () => {
    expect([...japanese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('has the same parameters', () => {
    for (const [key, text] of english) expect({ key, parameters: parameters(japanese.get(key) ?? '') }).toEqual({ key, parameters: parameters(text) });
  });

  it('has no empty text, and Japanese where Japanese is read', () => {
    // A name, the way that two sentences stand side by side, and numbers.
    const proper = new Set(['chat.ai', 'chat.sentences', 'billing.count', 'billing.signed', 'reactions.and', 'audit.other']);
    for (const [key, text] of japanese) {
      expect(text.trim(), key).not.toBe('');
      if (!proper.has(key)) expect(text, key).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
    }
  });

  it('words every code that an answer may fail with: what happened, and what to do', async () => {
    const { readFileSync } = await import('node:fs');
    const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
    const gateway = [...read('llm-gateway/proto/yoriai/llm/v1/gateway.proto').matchAll(/ERROR_CODE_([A-Z_]+) = [1-9]/g)].map((match) => match[1]!.toLowerCase());
    const own = [...read('shared/domain/ai/generation.go').matchAll(/^\t[A-Z]\w+ += "([a-z_]+)"$/gm)].map((match) => match[1]!);
    expect(gateway).toContain('overloaded');
    expect(own).toContain('worker_lost');
    // An answer without a word is told by why it ended.
    const codes = [...gateway, ...own, 'empty_length', 'empty_filtered', 'model_unavailable', 'unknown'];
    for (const words of [en.replyErrors, ja.replyErrors]) expect(codes.flatMap((code) => [code, `${code}_do`]).filter((key) => !(key in words))).toEqual([]);
  });

  it('words every code of the contract', async () => {
    const { readFileSync } = await import('node:fs');
    const contract = readFileSync(new URL('../../../shared/api/openapi.yaml', import.meta.url), 'utf8');
    const codes = /Code:\s+type: string\s+enum: \[([^\]]+)\]/.exec(contract)![1]!.split(',').map((code) => code.trim());
    const worded = Object.keys(en.errors);
    // The media types come with images.
    const later = ['unsupported_media_type'];
    expect(codes.filter((code) => !worded.includes(code) && !later.includes(code))).toEqual([]);
  });
});
