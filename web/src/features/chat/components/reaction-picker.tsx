'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { Popover as Radix } from 'radix-ui';
import { useState } from 'react';
import { useBackCloses } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';
import { useCovered } from '@/stores/covers';
import { EMOJI, emojiIn, keepEmoji, recentEmoji } from '../utils/emoji';

interface Props {
  choose: (emoji: string) => void;
  close: () => void;
}

/** Chooses an emoji: what one took last, a grid, or whatever is typed. */
export function ReactionPicker(props: Props) {
  const t = useTranslations('reactions');
  return (
    <Radix.Root open onOpenChange={(open) => !open && props.close()}>
      <Radix.Anchor className="absolute right-0 bottom-0 size-px" />
      <Radix.Portal>
        <Radix.Content
          aria-label={t('pick')} align="end" sideOffset={6} collisionPadding={8}
          // A menu that closes gives its focus back a moment later.
          onFocusOutside={(event) => event.preventDefault()}
          className="animate-rise z-50 grid max-h-[min(70dvh,360px,var(--radix-popover-content-available-height))] w-[min(340px,calc(100vw-16px))] grid-rows-[auto_auto_minmax(0,1fr)] rounded-2 border border-line bg-surface shadow-float"
        >
          <Choices {...props} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const CELL = 'shift grid size-9 place-items-center rounded-1 font-emoji text-[20px] leading-none hover:bg-surface-2 focus-visible:outline-2 focus-visible:outline-accent max-page:size-11';

function Choices({ choose, close }: Props) {
  const t = useTranslations('reactions');
  const { me } = useLive();
  const [recent] = useState(() => recentEmoji(me.id));
  const [typed, setTyped] = useState('');
  useCovered(true);
  useBackCloses(true, close);
  const take = (emoji: string) => {
    keepEmoji(me.id, emoji);
    choose(emoji);
    close();
  };
  return (
    <>
      <form
        className="border-b border-line"
        onSubmit={(event) => {
          event.preventDefault();
          const emoji = emojiIn(typed);
          if (emoji) take(emoji);
        }}
      >
        <input
          autoFocus value={typed} onChange={({ target }) => setTyped(target.value)} aria-label={t('type')} placeholder={t('type')} autoComplete="off" aria-invalid={typed !== '' && emojiIn(typed) === null} aria-describedby="emoji-typed"
          className="h-10 w-full bg-transparent px-3 text-[14px]/5 outline-none placeholder:text-text-3 max-page:h-11"
        />
        {typed !== '' && (
          <p id="emoji-typed" role="status" className="flex items-center gap-2 px-3 pb-2 text-[13px]/5 text-text-2">
            {emojiIn(typed) === null ? t('noEmoji') : <button type="submit" className={clsx(CELL, 'bg-surface-2')}>{emojiIn(typed)}</button>}
          </p>
        )}
      </form>
      <div role="group" aria-label={t('recent')} className="flex flex-wrap border-b border-line p-1.5">
        {recent.map((emoji) => <button key={emoji} type="button" onClick={() => take(emoji)} className={CELL}>{emoji}</button>)}
      </div>
      <div role="group" aria-label={t('all')} className="overflow-y-auto p-1.5">
        {EMOJI.map((row) => (
          <div key={row[0]} className="flex flex-wrap pb-1">
            {row.map((emoji) => <button key={emoji} type="button" onClick={() => take(emoji)} className={CELL}>{emoji}</button>)}
          </div>
        ))}
      </div>
    </>
  );
}
