import { create } from 'zustand';
import { bodyOf, type ApiClient } from '@/lib/api/client';
import type { RealtimeClient } from '@/lib/protocol/client';
import type { Message } from '@/lib/protocol/types';

type Reaction = Message['reactions'][number];

/** How many kinds the API allows at a message. */
export const MAX_KINDS = 20;

/** Whether I react, as wished and not yet stored, by message and emoji. */
const usePending = create<Record<string, boolean>>(() => ({}));
const underWay = new Set<string>();
const keyOf = (messageId: string, emoji: string) => `${messageId} ${emoji}`;

/** Shows at once what is wished, then stores it: one request at a time for each, and the last wish is the one that stays. */
export function react(live: { api: ApiClient; client: RealtimeClient }, message: Message, emoji: string, on: boolean, failed: (error: unknown) => void): void {
  const key = keyOf(message.id, emoji);
  usePending.setState({ [key]: on });
  if (!underWay.has(key)) void store(live, message, emoji, key, failed);
}

async function store({ api, client }: { api: ApiClient; client: RealtimeClient }, { room_id: roomId, id: messageId }: Message, emoji: string, key: string, failed: (error: unknown) => void): Promise<void> {
  underWay.add(key);
  const params = { params: { path: { roomId, messageId, emoji } } };
  const route = '/rooms/{roomId}/messages/{messageId}/reactions/{emoji}';
  try {
    let stored: boolean | undefined;
    for (let wished = usePending.getState()[key]; wished !== undefined && wished !== stored; wished = usePending.getState()[key]) {
      client.messageIs(await bodyOf(wished ? api.PUT(route, params) : api.DELETE(route, params)));
      stored = wished;
    }
  } catch (error) {
    failed(error);
  }
  underWay.delete(key);
  usePending.setState((pending) => Object.fromEntries(Object.entries(pending).filter(([other]) => other !== key)), true);
}

/** A message's reactions with what I have just wished. */
export function useReactions({ id, reactions }: Message): readonly Reaction[] {
  const pending = usePending();
  return withWishes(reactions, Object.entries(pending).flatMap(([key, on]): [string, boolean][] => (key.startsWith(`${id} `) ? [[key.slice(id.length + 1), on]] : [])));
}

export function withWishes(reactions: readonly Reaction[], wishes: readonly (readonly [string, boolean])[]): readonly Reaction[] {
  let shown = reactions;
  for (const [emoji, on] of wishes) {
    const held = shown.find((reaction) => reaction.emoji === emoji);
    if ((held?.mine ?? false) === on) continue;
    if (!held) shown = [...shown, { emoji, count: 1, mine: true, users: [] }];
    else shown = shown.map((reaction) => (reaction === held ? { ...held, count: held.count + (on ? 1 : -1), mine: on } : reaction)).filter(({ count }) => count > 0);
  }
  return shown;
}
