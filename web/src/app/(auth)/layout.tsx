import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { Preferences } from '@/components/preferences';

export default async function AuthLayout({ children }: { children: ReactNode }) {
  const t = await getTranslations('app');
  return (
    <div className="grid min-h-dvh grid-rows-[1fr_auto] bg-bg">
      <main className="grid place-items-center px-5 py-10">
        <div className="w-full max-w-[380px]">
          <div className="mb-7 grid justify-items-center gap-3 text-center">
            <span aria-hidden="true" lang="ja" className="grid size-12 place-items-center rounded-[14px] bg-accent text-[25px] font-semibold text-on-accent">寄</span>
            <div>
              <p className="text-[21px]/7 font-bold tracking-[-0.015em]">Yoriai</p>
              <p className="mt-0.5 text-[14px]/5 text-text-2">{t('tagline')}</p>
            </div>
          </div>
          <div className="rounded-3 border border-line bg-surface p-6 shadow-float">{children}</div>
        </div>
      </main>
      <footer className="flex justify-center p-4"><Preferences /></footer>
    </div>
  );
}
