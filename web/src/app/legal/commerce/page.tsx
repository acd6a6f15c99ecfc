import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';
import { notFound } from 'next/navigation';

/** What the law asks of whoever sells (特定商取引法に基づく表記), in the words of whoever runs this; none where nothing is sold. */
function disclosure(locale: string): string | undefined {
  const { COMMERCE_DISCLOSURE_EN: en, COMMERCE_DISCLOSURE_JA: ja } = process.env;
  return (locale === 'ja' ? ja || en : en || ja)?.replaceAll('\\n', '\n') || undefined;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing'))('disclosure') };
}

export default async function CommercePage() {
  const t = await getTranslations('billing');
  const text = disclosure(await getLocale());
  if (!text) notFound();
  return (
    <main className="min-h-dvh bg-bg px-5 py-8">
      <div className="mx-auto max-w-[760px]">
        <h1 className="mb-4 text-[19px]/7 font-[650]">{t('disclosure')}</h1>
        <p className="text-[14px]/6 whitespace-pre-wrap">{text}</p>
      </div>
    </main>
  );
}
