'use client';

import { useTranslations } from 'next-intl';
import { modelName, useModels } from '@/lib/models/use-models';
import type { ModelChoice } from '@/lib/models/choice';
import { ModelPicker } from './model-picker';
import { Field } from './ui/field';
import { Icon } from './ui/icon';

/** A form's choice of a model. Without one the installation's own is taken. */
export function ModelField({ value, onChange, allowed }: { value: ModelChoice | null; onChange: (model: ModelChoice) => void; allowed?: readonly string[] }) {
  const t = useTranslations('models');
  const { models } = useModels();
  return (
    <Field label={t('label')}>
      {(own) => (
        <ModelPicker
          value={value} onChange={onChange} allowed={allowed}
          trigger={
            <button type="button" {...own} className={`${own.className} flex items-center gap-2 text-left`}>
              <span className="min-w-0 grow truncate">{value ? modelName(models, value.provider, value.id) : t('usual')}</span>
              <Icon name="down" size={18} className="text-text-3" />
            </button>
          }
        />
      )}
    </Field>
  );
}
