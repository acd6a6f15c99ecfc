import type { Metadata, Viewport } from 'next';
import { NextIntlClientProvider } from 'next-intl';
import { getLocale, getTranslations } from 'next-intl/server';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { StyleNonce } from '@/components/style-nonce';
import { THEME_COOKIE, themeOf } from '@/lib/theme';
import './globals.css';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('app');
  return { title: { default: 'Yoriai', template: '%s · Yoriai' }, description: t('description') };
}

/** The background of both lights, which the browser's own frame takes on. */
const LIGHT = '#fbf9f5';
const DARK = '#14171e';

export async function generateViewport(): Promise<Viewport> {
  const theme = themeOf((await cookies()).get(THEME_COOKIE)?.value);
  const themeColor = theme === undefined
    ? [{ media: '(prefers-color-scheme: light)', color: LIGHT }, { media: '(prefers-color-scheme: dark)', color: DARK }]
    : theme === 'dark' ? DARK : LIGHT;
  return { width: 'device-width', initialScale: 1, viewportFit: 'cover', interactiveWidget: 'resizes-content', themeColor };
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, theme] = [await getLocale(), themeOf((await cookies()).get(THEME_COOKIE)?.value)];
  const nonce = (await headers()).get('x-nonce') ?? '';
  return (
    <html lang={locale} data-theme={theme}>
      <body>
        <StyleNonce nonce={nonce} />
        <NextIntlClientProvider>{children}</NextIntlClientProvider>
      </body>
    </html>
  );
}
