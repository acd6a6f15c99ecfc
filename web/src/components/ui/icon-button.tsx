import clsx from 'clsx';
import type { ComponentProps } from 'react';
import { Icon, type IconName } from './icon';

interface Props extends Omit<ComponentProps<'button'>, 'children'> {
  icon: IconName;
  /** Its name, for those who do not see it and as its tip. */
  label: string;
  small?: boolean;
  active?: boolean;
}

export function IconButton({ icon, label, small = false, active = false, className, ...props }: Props) {
  return (
    <button
      type="button" aria-label={label} title={label} {...props}
      className={clsx(
        'shift grid shrink-0 place-items-center disabled:opacity-40',
        small ? 'size-7 rounded-1 text-text-3 hover:text-text max-page:size-11' : 'size-9 rounded-2 max-page:size-11',
        active ? 'bg-accent-soft text-accent' : 'hover:bg-surface-2',
        !small && !active && 'text-text-2',
        className,
      )}
    >
      <Icon name={icon} size={small ? 15 : 20} />
    </button>
  );
}
