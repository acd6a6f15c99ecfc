'use client';

import clsx from 'clsx';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useCovered } from '@/stores/covers';
import { Icon, type IconName } from './icon';

export function Menu({ trigger, children, align = 'end', side, defaultOpen = false }: { trigger: ReactNode; defaultOpen?: boolean; children: ReactNode; align?: 'start' | 'end'; side?: 'top' | 'bottom' }) {
  return (
    <Radix.Root modal={false} defaultOpen={defaultOpen}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content align={align} side={side} sideOffset={6} collisionPadding={8} className="animate-rise z-50 grid max-h-[min(70dvh,420px)] min-w-52 overflow-y-auto rounded-2 border border-line bg-surface p-1 shadow-float">
          <Over />
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Over() {
  useCovered(true);
  return null;
}

interface ItemProps {
  icon?: IconName;
  children: ReactNode;
  /** Closes the menu, unless the event's default is prevented. */
  onSelect: (event: Event) => void;
  danger?: boolean;
  checked?: boolean;
  disabled?: boolean;
}

export function MenuItem({ icon, children, onSelect, danger = false, checked, disabled }: ItemProps) {
  return (
    <Radix.Item
      onSelect={onSelect} disabled={disabled} {...(checked !== undefined && { role: 'menuitemradio', 'aria-checked': checked })}
      className={clsx(
        'flex min-h-9 cursor-pointer items-center gap-2.5 rounded-1 px-2.5 py-1.5 text-[13.5px]/5 outline-none select-none focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-accent data-highlighted:bg-surface-2 data-disabled:opacity-40 max-page:min-h-11',
        danger && 'text-danger',
      )}
    >
      {icon && <Icon name={icon} size={16} className={danger ? undefined : 'text-text-3'} />}
      <span className="min-w-0 grow">{children}</span>
      {checked && <Icon name="check" size={16} className="text-accent" />}
    </Radix.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2.5 pt-2 pb-1 text-[12px]/4 font-semibold text-text-3">{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}
