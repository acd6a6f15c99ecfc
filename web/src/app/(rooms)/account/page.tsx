import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('title') };
}

/** The frame shows the account here: its code comes when somebody looks at it, whatever page came first. */
export default function AccountPage() {
  return null;
}
