'use client';

import { useTranslations } from 'next-intl';
import { isAllowed } from '@/lib/models/effort';
import type { ModelChoice } from '@/lib/models/choice';
import { listed, providerName } from '@/lib/models/listed';
import { useModels } from '@/lib/models/use-models';

interface Props {
  /** `provider/model` and `provider/*`; none means all. */
  value: readonly string[];
  onChange: (value: string[]) => void;
  /** The room's own model, which cannot be left out. */
  own: ModelChoice;
}

/** Which models may be asked in a room. */
export function AllowedModels({ value, onChange, own }: Props) {
  const t = useTranslations('rooms');
  const { models } = useModels();
  const { groups } = listed(models, undefined, '');
  const named = `${own.provider}/${own.id}`;
  const put = (entry: string, on: boolean) => {
    const [provider] = entry.split('/');
    // A whole provider stands for each of its models.
    const rest = value.filter((other) => other !== entry && !(entry.endsWith('/*') && other.startsWith(`${provider}/`)));
    const next = on ? [...rest, entry] : rest;
    onChange(isAllowed(next, { provider: own.provider, id: own.id }) && next.length > 0 ? next : [...next, named]);
  };
  const row = 'flex min-h-9 items-center gap-2.5 text-[13.5px]/5 max-page:min-h-11';
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 text-[13px]/5 font-medium">{t('allowed')}</legend>
      {([false, true] as const).map((some) => (
        <label key={String(some)} className={row}>
          <input type="radio" name="allowed" className="size-4 accent-accent" checked={value.length > 0 === some} onChange={() => onChange(some ? [named] : [])} />{t(some ? 'allowedSome' : 'allowedAll')}
        </label>
      ))}
      {value.length > 0 && (
        <ul className="max-h-60 overflow-y-auto rounded-2 border border-line px-3 py-1.5">
          {groups.map(({ provider, models: list }) => {
            const whole = value.includes(`${provider}/*`);
            return (
              <li key={provider}>
                <label className={`${row} font-medium`}>
                  <input type="checkbox" className="size-4 accent-accent" checked={whole} onChange={(event) => put(`${provider}/*`, event.target.checked)} />{t('allowedAllOf', { provider: providerName(provider) })}
                </label>
                <ul className="pl-6.5">
                  {list.map((model) => {
                    const entry = `${model.provider}/${model.id}`;
                    return (
                      <li key={entry}>
                        <label className={row}>
                          <input type="checkbox" className="size-4 accent-accent" disabled={whole || entry === named} checked={whole || value.includes(entry)} onChange={(event) => put(entry, event.target.checked)} />{model.display_name}
                        </label>
                      </li>
                    );
                  })}
                </ul>
              </li>
            );
          })}
        </ul>
      )}
      <p className="text-[12.5px]/[18px] text-text-3">{t('allowedHint')}</p>
    </fieldset>
  );
}
