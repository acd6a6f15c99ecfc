'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useState, type RefObject } from 'react';
import type { VirtualizerHandle } from 'virtua';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';

interface Props {
  /** Where the line above the first new message stands among the rows; below 0 without one. */
  index: number;
  list: RefObject<VirtualizerHandle | null>;
  scroller: RefObject<HTMLElement | null>;
}

/** Leads up to the first new message while it lies above what is shown. Once one has been there it has done its work. */
export function ToFirstNew({ index, list, scroller }: Props) {
  const t = useTranslations('chat');
  const [above, setAbove] = useState(false);
  useEffect(() => {
    const element = scroller.current;
    if (index < 0 || !element) return setAbove(false);
    const look = () => {
      const offset = list.current?.getItemOffset(index);
      setAbove((was) => offset !== undefined && offset < element.scrollTop && (was || element.scrollTop > 0));
    };
    const frame = requestAnimationFrame(look);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', look);
    };
  }, [index, list, scroller]);
  if (!above) return null;
  return (
    <Button onClick={() => list.current?.scrollToIndex(index, { align: 'start' })} className="animate-rise absolute top-3 left-1/2 h-9! -translate-x-1/2 rounded-full! px-3.5! text-[13px]! text-accent shadow-float max-page:h-11!">
      <Icon name="up" size={16} />{t('toNew')}
    </Button>
  );
}
