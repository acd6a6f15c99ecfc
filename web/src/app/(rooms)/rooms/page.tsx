import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('rooms'))('title') };
}

export default async function RoomsPage() {
  const t = await getTranslations('rooms');
  return (
    <main className="grid place-items-center p-8 text-center">
      <div className="grid justify-items-center gap-3">
        <span aria-hidden="true" lang="ja" className="grid size-14 place-items-center rounded-3 bg-accent-soft text-[28px] font-semibold text-accent">寄</span>
        <h1 className="text-[17px]/6 font-[650] tracking-[-0.01em]">{t('pick')}</h1>
        <p className="max-w-[38ch] text-[14px]/[22px] text-text-2">{t('pickHint')}</p>
      </div>
    </main>
  );
}
