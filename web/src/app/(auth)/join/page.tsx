import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { cookies } from 'next/headers';
import { JoinPage } from '@/features/invitations/components/join-page';
import { REFRESH_COOKIE, SESSION_COOKIE } from '@/lib/server/access-token';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('join'))('title'), referrer: 'no-referrer' };
}

/** Whom a link of invitation leads here: strangers too, who sign in or register first. */
export default async function Page() {
  const jar = await cookies();
  return <JoinPage signedIn={jar.has(SESSION_COOKIE) || jar.has(REFRESH_COOKIE)} />;
}
