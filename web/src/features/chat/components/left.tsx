'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { goOnClick } from '@/lib/live/navigation';
import { useLeft } from '@/lib/spending/use-left';

/** What the payer has, or what is left of a member's cap. */
export function Left({ roomId, pays }: { roomId: string; pays: boolean }) {
  const t = useTranslations('billing');
  const amount = useLeft(roomId, pays);
  if (!amount) return null;
  const text = t(pays ? 'youHave' : 'capLeft', { count: amount.left });
  return <> · <span className={amount.low ? 'text-warn' : undefined}>{pays && amount.low ? <Link href="/billing" onClick={goOnClick} className="underline">{text}</Link> : text}</span></>;
}
