import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('billing'))('title') };
}

/** The frame shows the balance here: its code comes when somebody looks at it, whatever page came first. */
export default function BillingPage() {
  return null;
}
