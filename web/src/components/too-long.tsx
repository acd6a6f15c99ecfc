'use client';

import { lazily } from '@/components/ui/lazily';

/** Says that a text is too long. Few ever see it: its code comes when they do. */
export const TooLong = lazily(async () => (await import('./too-long-notice')).TooLongNotice);
