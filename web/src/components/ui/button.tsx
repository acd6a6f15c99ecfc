import clsx from 'clsx';
import type { ComponentProps } from 'react';

interface Props extends ComponentProps<'button'> {
  kind?: 'primary' | 'plain' | 'danger';
}

export function Button({ kind = 'plain', className, ...props }: Props) {
  return (
    <button
      type="button" {...props}
      className={clsx(
        'shift inline-flex h-10 items-center justify-center gap-2 rounded-2 px-4 text-[14px] font-medium disabled:opacity-50 max-page:h-11',
        kind === 'primary' && 'bg-accent text-on-accent hover:bg-accent-hover',
        kind === 'plain' && 'border border-line bg-surface hover:bg-surface-2',
        kind === 'danger' && 'border border-line bg-surface text-danger hover:bg-danger-soft',
        className,
      )}
    />
  );
}
