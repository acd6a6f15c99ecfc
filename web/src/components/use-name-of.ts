'use client';

import { useTranslations } from 'next-intl';
import { nameOf } from './ui/face';

/** How somebody is called, also who deleted their account: then no name is left. */
export function useNameOf(): (user: Parameters<typeof nameOf>[0]) => string {
  const t = useTranslations('ui');
  return (user) => (user.display_name === '' ? t('deletedUser') : nameOf(user));
}
