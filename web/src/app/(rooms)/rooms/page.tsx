import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { NoRoom } from '@/features/rooms/components/no-room';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('rooms'))('title') };
}

export default function RoomsPage() {
  return <NoRoom />;
}
