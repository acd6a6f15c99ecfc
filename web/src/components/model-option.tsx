'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import type { ComponentProps, ReactNode } from 'react';
import { Icon } from '@/components/ui/icon';
import { contextSize } from '@/lib/models/listed';
import { hasPrice, price } from '@/lib/models/price';
import type { Model } from '@/lib/models/use-models';

interface Props extends Omit<ComponentProps<'div'>, 'children' | 'className'> {
  model: Model;
  chosen: boolean;
  /** Whether the arrow keys stand on it. */
  marked: boolean;
  /** Whether it is the room's own. */
  usual: boolean;
}

/** One model of a list: what it is called, what it costs, how much it reads, and what it can do. */
export function ModelOption({ model, chosen, marked, usual, ...props }: Props) {
  const t = useTranslations('models');
  return (
    <div
      {...props} role="option" aria-selected={chosen} data-marked={marked} tabIndex={-1}
      className={clsx('flex min-h-11 cursor-pointer items-center gap-2.5 rounded-1 px-2.5 py-1 max-page:min-h-12', marked && 'bg-surface-2')}
    >
      <span className="min-w-0 grow">
        <span className="flex items-baseline gap-2">
          <span className={clsx('truncate text-[13.5px]/5', !model.available && 'text-text-2')}>{model.display_name}</span>
          {usual && <small className="shrink-0 text-[12px]/4 text-text-3">{t('roomsOwn')}</small>}
          {model.deprecated && <small className="shrink-0 text-[12px]/4 text-warn">{t('deprecated')}</small>}
        </span>
        {!model.available && <small className="flex items-center gap-1 text-[12px]/4 text-warn"><Icon name="alert" size={13} />{t('down')}</small>}
        <small className="flex flex-wrap items-center gap-x-2 text-[12px]/4 text-text-3 tabular-nums">
          {hasPrice(model) && <span>{price(model.price.input)} · {price(model.price.output)}</span>}
          {model.context_window > 0 && <span title={t('reads', { count: model.context_window })}>{contextSize(model.context_window)}<span className="sr-only"> {t('reads', { count: model.context_window })}</span></span>}
          {model.vision && <Mark>{t('sees')}</Mark>}
          {model.reasoning !== 'none' && <Mark>{t('thinks')}</Mark>}
        </small>
      </span>
      {chosen && <Icon name="check" size={16} className="text-accent" />}
    </div>
  );
}

function Mark({ children }: { children: ReactNode }) {
  return <span className="rounded-full border border-line px-1.5 text-[11px]/[15px] text-text-2">{children}</span>;
}
