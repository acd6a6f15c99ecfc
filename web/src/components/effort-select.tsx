'use client';

import { useTranslations } from 'next-intl';
import type { Effort } from '@/lib/models/effort';

interface Props {
  efforts: readonly Effort[];
  value: Effort;
  onChange: (effort: Effort) => void;
  className?: string;
  id?: string;
  label?: string;
}

/** How hard the model shall think, where it lets one choose. */
export function EffortSelect({ efforts, value, onChange, className, id, label }: Props) {
  const t = useTranslations('models');
  return (
    <select id={id} aria-label={label} value={efforts.includes(value) ? value : 'default'} onChange={(event) => onChange(event.target.value as Effort)} className={className}>
      {efforts.map((effort) => <option key={effort} value={effort}>{t(`efforts.${effort}`)}</option>)}
    </select>
  );
}
