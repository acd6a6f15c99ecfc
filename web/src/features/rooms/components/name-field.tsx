'use client';

import { useTranslations } from 'next-intl';
import { TextField } from '@/components/ui/field';
import { cut, isVisible } from '@/lib/graphemes';
import { MAX_NAME } from '../api/create-room';

/** A room's name. It is cut between characters, and one that shows nothing is refused where it is typed. */
export function NameField({ value, onChange, autoFocus }: { value: string; onChange: (name: string) => void; autoFocus?: boolean }) {
  const t = useTranslations('rooms');
  return (
    <TextField
      label={t('name')} value={value} placeholder={t('namePlaceholder')} autoComplete="off" autoFocus={autoFocus} dir="auto"
      error={value !== '' && !isVisible(value) ? t('nameInvisible') : undefined}
      onChange={(event) => {
        const composing = (event.nativeEvent as InputEvent).isComposing;
        onChange(composing ? event.target.value : cut(event.target.value, MAX_NAME));
      }}
      onBlur={(event) => onChange(cut(event.target.value, MAX_NAME))}
    />
  );
}
