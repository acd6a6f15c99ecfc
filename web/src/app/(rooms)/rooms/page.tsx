import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('rooms'))('title') };
}

/** The frame shows the start page here: it stands in the browser already, whatever page came first. */
export default function RoomsPage() {
  return null;
}
