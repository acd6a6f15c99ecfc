'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { nameOf } from '@/components/ui/face';
import { lazily } from '@/components/ui/lazily';
import { useLive } from '@/lib/live/provider';
import type { Message } from '@/lib/protocol/types';
import { may, type Role } from '@/lib/rights';
import { MAX_KINDS, react, useReactions } from '../utils/reacting';
import { useTrouble } from './trouble';

const ReactionPicker = lazily(async () => (await import('./reaction-picker')).ReactionPicker, () => null);

/** How a message was answered with emoji: each once, with how many gave it. Pressing one gives it, or takes mine back. */
export function Reactions({ message, role }: { message: Message; role: Role }) {
  const t = useTranslations('reactions');
  const live = useLive();
  const report = useTrouble();
  const reactions = useReactions(message);
  const by = (users: readonly string[], count: number, mine: boolean) => givers(users, count, mine, live, message.room_id, t);
  if (reactions.length === 0) return null;
  return (
    <ul aria-label={t('title')} className="mt-1 flex flex-wrap gap-1">
      {reactions.map(({ emoji, count, mine, users }) => (
        <li key={emoji}>
          <button
            type="button" aria-pressed={mine} title={by(users, count, mine)} aria-label={t(mine ? 'mine' : 'count', { emoji, count })} disabled={!may.write(role)} onClick={() => react(live, message, emoji, !mine, report)}
            className={clsx('shift inline-flex h-7 items-center gap-1.5 rounded-full border px-2 text-[12.5px]/5 tabular-nums max-page:h-11 max-page:px-3', mine ? 'border-accent-line bg-accent-soft font-semibold text-accent' : 'border-line bg-surface text-text-2 enabled:hover:bg-surface-2')}
          >
            <span aria-hidden="true" className="font-emoji text-[15px] leading-none">{emoji}</span>{count}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Who gave a reaction, as far as they are known here: I first, then who came first, then how many more. */
function givers(users: readonly string[], count: number, mine: boolean, { client, me }: ReturnType<typeof useLive>, roomId: string, t: ReturnType<typeof useTranslations<'reactions'>>): string {
  const names = users.flatMap((id) => {
    const user = id === me.id ? undefined : client.people.person(roomId, id);
    return user ? [nameOf(user)] : [];
  });
  const named = mine ? [t('you'), ...names] : names;
  const more = count - named.length;
  const list = named.join(t('and'));
  return more <= 0 ? list : list === '' ? t('some', { more }) : t('more', { names: list, more });
}

/** Chooses one to add. Where the message has all kinds that it may have, it takes those alone. */
export function AddReaction({ message, close }: { message: Message; close: () => void }) {
  const live = useLive();
  const report = useTrouble();
  return <ReactionPicker choose={(emoji) => react(live, message, emoji, true, report)} close={close} />;
}

/** Whether there is room for another kind. */
export function takesReactions(message: Message): boolean {
  return message.visibility === 'public' && message.status !== 'pending' && message.status !== 'streaming' && message.reactions.length < MAX_KINDS;
}
