import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import Link from 'next/link';
import { Notice } from '@/components/notice';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('pages'))('notFoundTitle') };
}

export default async function NotFound() {
  const [t, chat] = [await getTranslations('pages'), await getTranslations('chat')];
  return (
    <div className="grid h-dvh">
      <Notice amiss title={t('notFoundTitle')} hint={t('notFound')}><Link href="/rooms" className="font-medium text-accent hover:underline">{chat('toRooms')}</Link></Notice>
    </div>
  );
}
