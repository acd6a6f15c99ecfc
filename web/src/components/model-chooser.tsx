'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { Popover as Radix } from 'radix-ui';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Icon } from '@/components/ui/icon';
import { isAllowed } from '@/lib/models/effort';
import { hasPrice, price } from '@/lib/models/price';
import { useModels, type Model } from '@/lib/models/use-models';
import { useCovered } from '@/stores/covers';
import type { ModelChoice, ModelPickerProps } from './model-picker';

/** Chooses a model: those that can be used first, by typing a part of the name or with the arrow keys. Those that cannot are folded away. */
export function ModelChooser({ value, onChange, allowed, trigger, defaultOpen }: ModelPickerProps & { defaultOpen: boolean }) {
  const t = useTranslations('models');
  const [open, setOpen] = useState(defaultOpen);
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content aria-label={t('label')} align="end" sideOffset={6} collisionPadding={8} className="animate-rise z-60 grid max-h-[min(70dvh,420px,var(--radix-popover-content-available-height))] w-[min(340px,calc(100vw-16px))] grid-rows-[auto_minmax(0,1fr)] rounded-2 border border-line bg-surface shadow-float">
          <Choices
            value={value} allowed={allowed}
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

function Choices({ value, allowed, choose }: { value: ModelChoice | null; allowed?: readonly string[]; choose: (model: ModelChoice) => void }) {
  const t = useTranslations('models');
  const { models, failed, loading } = useModels();
  const [wanted, setWanted] = useState('');
  const [unfolded, setUnfolded] = useState(false);
  const [at, setAt] = useState(-1);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  useCovered(true);

  const [ready, away] = useMemo(() => {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    const found = models.filter((model) => isAllowed(allowed, model) && words.every((word) => `${model.display_name} ${model.id} ${model.provider}`.toLowerCase().includes(word)));
    return [found.filter((model) => model.available), found.filter((model) => !model.available)];
  }, [allowed, models, wanted]);
  const chosen = ready.findIndex((model) => isChosen(model, value));
  const marked = at >= 0 && at < ready.length ? at : Math.max(0, chosen);

  // The marked one is always in view, from the first moment on.
  useEffect(() => {
    list.current?.querySelector('[data-marked=true]')?.scrollIntoView({ block: 'nearest' });
  }, [marked, wanted]);

  const key = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt(Math.min(ready.length - 1, Math.max(0, marked + step)));
    }
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      const model = ready[marked];
      if (model) choose(model);
    }
  };

  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-3">
        <Icon name="search" size={16} className="text-text-3" />
        <input
          role="combobox" aria-expanded="true" aria-controls={`${id}-list`} aria-activedescendant={ready.length > 0 ? `${id}-${marked}` : undefined} aria-label={t('search')} placeholder={t('search')}
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
        {!loading && !failed && ready.length === 0 && <p role="status" className="px-2.5 py-2 text-[13px]/5 text-text-3">{t('none')}</p>}
        <div role="listbox" id={`${id}-list`} aria-label={t('label')}>
          {ready.map((model, index) => (
            <div
              key={`${model.provider} ${model.id}`} id={`${id}-${index}`} role="option" aria-selected={isChosen(model, value)} data-marked={index === marked} tabIndex={-1}
              onPointerMove={() => setAt(index)} onClick={() => choose(model)} onKeyDown={key}
              className={clsx('flex min-h-10 cursor-pointer items-center gap-2.5 rounded-1 px-2.5 py-1 max-page:min-h-12', index === marked && 'bg-surface-2')}
            >
              <Name model={model} note={hasPrice(model) ? `${model.provider} · ${price(model.price.input)} · ${price(model.price.output)}` : model.provider} />
              {isChosen(model, value) && <Icon name="check" size={16} className="text-accent" />}
            </div>
          ))}
        </div>
        {away.length > 0 && (
          <>
            <button type="button" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)} className="shift mt-1 flex min-h-9 w-full items-center gap-1.5 rounded-1 border-t border-line px-2.5 text-left text-[12.5px]/5 text-text-2 hover:bg-surface-2 max-page:min-h-11">
              <Icon name={unfolded ? 'down' : 'next'} size={15} className="text-text-3" />{t('needKey', { count: away.length })}
            </button>
            {unfolded && <ul className="opacity-60">{away.map((model) => <li key={`${model.provider} ${model.id}`} className="flex min-h-9 items-center px-2.5 py-1"><Name model={model} note={model.provider} /></li>)}</ul>}
          </>
        )}
      </div>
    </>
  );
}

function Name({ model, note }: { model: Model; note: string }) {
  return (
    <span className="min-w-0 grow">
      <span className="block truncate text-[13.5px]/5">{model.display_name}</span>
      <small className="block truncate text-[12px]/4 text-text-3 tabular-nums">{note}</small>
    </span>
  );
}

function isChosen(model: Model, value: ModelChoice | null): boolean {
  return model.provider === value?.provider && model.id === value.id;
}
