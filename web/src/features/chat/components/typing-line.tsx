'use client';

import { useTranslations } from 'next-intl';
import { nameOf } from '@/components/ui/face';
import { useTypers } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';

/** Who is typing. Its height is always there, so that nothing jumps. */
export function TypingLine({ roomId }: { roomId: string }) {
  const t = useTranslations('chat');
  const { me } = useLive();
  const others = useTypers(roomId).filter((user) => user.id !== me.id);
  const [first, second] = others;
  return (
    <p aria-live="polite" className="flex h-6 items-center gap-1 pl-11 text-[12.5px]/[18px] text-text-3 max-page:pl-[38px]">
      {first && (
        <>
          {[0, 0.15, 0.3].map((delay) => <span key={delay} aria-hidden="true" className="animate-breathe size-[5px] rounded-full bg-text-3" style={{ animationDelay: `${delay}s` }} />)}
          <span className="ml-1">{second ? t('typingMany', { name: nameOf(first), count: others.length - 1 }) : t('typing', { name: nameOf(first) })}</span>
        </>
      )}
    </p>
  );
}
