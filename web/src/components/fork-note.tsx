'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useRoom } from '@/lib/live/hooks';
import { goOnClick } from '@/lib/live/navigation';

/** That a room was copied, or is a copy; a way to the other only for those who are in it. */
export function ForkNote({ text, other }: { text: string; other: string }) {
  const t = useTranslations('notes');
  const room = useRoom(other);
  return <>{text}{room && <> <Link href={`/rooms/${other}`} onClick={goOnClick} className="font-medium text-accent hover:underline">{t('toFork')}</Link></>}</>;
}
