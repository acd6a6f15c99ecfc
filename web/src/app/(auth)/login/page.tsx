import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { LogInForm } from '@/features/auth/components/log-in-form';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('auth'))('logIn') };
}

export default async function LogInPage({ searchParams }: { searchParams: Promise<{ next?: string; ended?: string; deleted?: string }> }) {
  const { next, ended, deleted } = await searchParams;
  const t = await getTranslations('auth');
  return (
    <>
      <h1 className="mb-5 text-[17px]/6 font-[650] tracking-[-0.01em]">{t('logInTitle')}</h1>
      <LogInForm next={next} ended={ended !== undefined} deleted={deleted !== undefined} />
    </>
  );
}
