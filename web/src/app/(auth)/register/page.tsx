import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { RegisterForm } from '@/features/auth/components/register-form';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('auth'))('register') };
}

export default async function RegisterPage({ searchParams }: { searchParams: Promise<{ next?: string; ended?: string }> }) {
  const { next, ended } = await searchParams;
  const t = await getTranslations('auth');
  return (
    <>
      <h1 className="mb-5 text-[17px]/6 font-[650] tracking-[-0.01em]">{t('registerTitle')}</h1>
      <RegisterForm next={next} ended={ended !== undefined} />
    </>
  );
}
