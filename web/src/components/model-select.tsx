'use client';

import { useTranslations } from 'next-intl';
import { useModels } from '@/lib/models/use-models';
import { Field } from './ui/field';
import { Icon } from './ui/icon';

export interface ModelChoice {
  provider: string;
  id: string;
}

/** Chooses among the models that the gateway offers; keeps a choice that is not among them any more. */
export function ModelSelect({ value, onChange }: { value: ModelChoice | null; onChange: (model: ModelChoice) => void }) {
  const t = useTranslations('models');
  const { models, failed, loading } = useModels();
  const known = value === null || models.some((model) => model.provider === value.provider && model.id === value.id);
  const key = ({ provider, id }: ModelChoice) => JSON.stringify([provider, id]);
  return (
    <Field label={t('label')} hint={failed ? t('failed') : undefined}>
      {(own) => (
        <span className="relative grid">
          <select
            {...own} className={`${own.className} appearance-none truncate pr-10`} value={value ? key(value) : ''} disabled={loading}
            onChange={(event) => {
              const [provider, id] = JSON.parse(event.target.value) as [string, string];
              onChange({ provider, id });
            }}
          >
            {value === null && <option value="" disabled>{loading ? t('loading') : t('choose')}</option>}
            {!known && value && <option value={key(value)}>{value.id}</option>}
            {models.map((model) => (
              <option key={key(model)} value={key(model)} disabled={!model.available}>
                {model.display_name} · {model.provider}{model.available ? '' : ` (${t('unavailable')})`}
              </option>
            ))}
          </select>
          <Icon name="down" size={18} className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 text-text-3" />
        </span>
      )}
    </Field>
  );
}
