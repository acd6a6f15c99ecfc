'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { ModelPicker } from '@/components/model-picker';
import { Icon } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { isSame, type ModelChoice } from '@/lib/models/choice';
import { modelName, useModels } from '@/lib/models/use-models';

interface Props {
  /** The model that answers the next question instead of the room's; null for the room's own. */
  value: ModelChoice | null;
  usual: ModelChoice;
  allowed: readonly string[];
  onChange: (model: ModelChoice | null) => void;
}

/** Which model answers the next question. */
export function QuestionModel({ value, usual, allowed, onChange }: Props) {
  const t = useTranslations('models');
  const { models } = useModels();
  const { provider, id } = value ?? usual;
  const name = modelName(models, provider, id);
  return (
    <span className={clsx('inline-flex min-w-0 items-center rounded-full border', value ? 'border-accent-line bg-accent-soft text-accent' : 'border-line text-text-2')}>
      <ModelPicker
        value={value ?? usual} usual={usual} allowed={allowed} onChange={(model) => onChange(isSame(model, usual) ? null : model)}
        trigger={(
          <button type="button" aria-label={t('forQuestion', { model: name })} title={t('forQuestion', { model: name })} className="shift inline-flex h-8 min-w-0 items-center gap-1 rounded-full pr-2 pl-3 text-[13px] font-medium hover:bg-surface-2 max-page:h-11 short:h-8!">
            {/* A phone's line has room for a name where it is not the usual one. */}
            <span className={clsx('max-w-36 truncate max-page:max-w-20', !value && 'max-page:hidden')}>{name}</span>
            {!value && <Icon name="spark" size={15} className="hidden max-page:block" />}
            {!value && <Icon name="down" size={14} className="text-text-3" />}
          </button>
        )}
      />
      {value && <IconButton icon="close" small label={t('takeBack')} onClick={() => onChange(null)} className="-ml-1 text-accent max-page:size-9!" />}
    </span>
  );
}
