'use client';

import { useTranslations } from 'next-intl';
import { Popover as Radix } from 'radix-ui';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Icon } from '@/components/ui/icon';
import { isSame, type ModelChoice } from '@/lib/models/choice';
import { listed, providerName } from '@/lib/models/listed';
import { useModels } from '@/lib/models/use-models';
import { useCovered } from '@/stores/covers';
import { ModelOption } from './model-option';
import type { ModelPickerProps } from './model-picker';

/** Chooses a model, by typing a part of a name or with the arrow keys: those that can be asked, by provider. What needs a key is folded away. */
export function ModelChooser({ trigger, defaultOpen, onChange, ...choice }: ModelPickerProps & { defaultOpen: boolean }) {
  const t = useTranslations('models');
  const [open, setOpen] = useState(defaultOpen);
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content aria-label={t('label')} align="end" sideOffset={6} collisionPadding={8} className="animate-rise z-60 grid max-h-[min(70dvh,480px,var(--radix-popover-content-available-height))] w-[min(380px,calc(100vw-16px))] grid-rows-[auto_minmax(0,1fr)_auto] rounded-2 border border-line bg-surface shadow-float">
          <Choices
            {...choice}
            choose={(model) => {
              setOpen(false);
              onChange(model);
            }}
          />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Choices({ value, allowed, usual, choose }: Pick<ModelPickerProps, 'value' | 'allowed' | 'usual'> & { choose: (model: ModelChoice) => void }) {
  const t = useTranslations('models');
  const { models, failed, loading } = useModels();
  const [wanted, setWanted] = useState('');
  const [unfolded, setUnfolded] = useState(false);
  const [at, setAt] = useState(-1);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  useCovered(true);

  const { groups, folded } = useMemo(() => listed(models, allowed, wanted), [allowed, models, wanted]);
  const options = useMemo(() => groups.flatMap((group) => group.models), [groups]);
  const chosen = options.findIndex((model) => isSame(model, value));
  const marked = at >= 0 && at < options.length ? at : Math.max(0, chosen);

  // The marked one is always in view, from the first moment on; above the first stands its provider's name.
  useEffect(() => {
    if (marked === 0) list.current?.scrollTo?.({ top: 0 });
    else list.current?.querySelector('[data-marked=true]')?.scrollIntoView({ block: 'nearest' });
  }, [marked, wanted]);

  const key = (event: KeyboardEvent) => {
    const last = options.length - 1;
    const to = { ArrowDown: marked + 1, ArrowUp: marked - 1, PageDown: marked + 5, PageUp: marked - 5 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      setAt(Math.min(last, Math.max(0, to)));
    }
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      const model = options[marked];
      if (model) choose(model);
    }
  };

  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-3">
        <Icon name="search" size={16} className="text-text-3" />
        <input
          role="combobox" aria-expanded="true" aria-controls={`${id}-list`} aria-activedescendant={options.length > 0 ? `${id}-${marked}` : undefined} aria-label={t('search')} placeholder={t('search')}
          value={wanted} onKeyDown={key} autoFocus autoComplete="off" spellCheck={false}
          onChange={(event) => {
            setWanted(event.target.value);
            setAt(-1);
          }}
          className="h-10 w-full bg-transparent text-[14px]/5 outline-none placeholder:text-text-3 max-page:h-11"
        />
      </div>
      <div ref={list} className="overflow-y-auto p-1">
        {loading && <p className="px-2.5 py-2 text-[13px]/5 text-text-3">{t('loading')}</p>}
        {failed && <p role="alert" className="px-2.5 py-2 text-[13px]/5 text-danger">{t('failed')}</p>}
        {!loading && !failed && options.length === 0 && <p role="status" className="px-2.5 py-2 text-[13px]/5 text-text-3">{t('none')}</p>}
        <div role="listbox" id={`${id}-list`} aria-label={t('label')}>
          {groups.map((group) => (
            <div key={group.provider} role="group" aria-labelledby={`${id}-${group.provider}`}>
              <div role="presentation" id={`${id}-${group.provider}`} className="px-2.5 pt-2 pb-1 text-[12px]/4 font-semibold text-text-3">{providerName(group.provider)}</div>
              {group.models.map((model) => {
                const index = options.indexOf(model);
                return (
                  <ModelOption
                    key={model.id} id={`${id}-${index}`} model={model} chosen={isSame(model, value)} marked={index === marked} usual={isSame(model, usual)}
                    onPointerMove={() => setAt(index)} onClick={() => choose(model)} onKeyDown={key}
                  />
                );
              })}
            </div>
          ))}
        </div>
        {folded.length > 0 && (
          <>
            <button type="button" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)} className="shift mt-1 flex min-h-9 w-full items-center gap-1.5 rounded-1 border-t border-line px-2.5 text-left text-[12.5px]/5 text-text-2 hover:bg-surface-2 max-page:min-h-11">
              <Icon name={unfolded ? 'down' : 'next'} size={15} className="text-text-3" />{t('needKey', { count: folded.length })}
            </button>
            {unfolded && (
              <ul className="text-text-3">
                {folded.map((model) => <li key={`${model.provider} ${model.id}`} className="flex min-h-8 items-baseline gap-2 px-2.5 py-1 text-[13px]/5"><span className="truncate">{model.display_name}</span><small className="shrink-0 text-[12px]/4">{providerName(model.provider)}</small></li>)}
              </ul>
            )}
          </>
        )}
      </div>
      <p className="border-t border-line px-3.5 py-1.5 text-[12px]/4 text-text-3">{t('priceHint')}</p>
    </>
  );
}
