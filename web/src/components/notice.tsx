import type { ReactNode } from 'react';
import { Icon } from './ui/icon';

interface Props {
  /** Whether something is amiss, rather than merely empty. */
  amiss?: boolean;
  title: string;
  hint: string;
  children?: ReactNode;
}

/** Stands where a page has nothing else to show: why, and what one can do. */
export function Notice({ amiss = false, title, hint, children }: Props) {
  return (
    <main className="grid min-h-0 place-items-center bg-bg p-8 text-center">
      <div className="grid justify-items-center gap-3">
        {amiss
          ? <span aria-hidden="true" className="grid size-14 place-items-center rounded-3 bg-surface-2 text-text-3"><Icon name="alert" size={26} /></span>
          : <span aria-hidden="true" lang="ja" className="grid size-14 place-items-center rounded-3 bg-accent-soft text-[28px] font-semibold text-accent">寄</span>}
        <h1 className="text-[17px]/6 font-[650] tracking-[-0.01em]">{title}</h1>
        <p className="max-w-[38ch] text-[14px]/[22px] text-text-2">{hint}</p>
        {children && <div className="mt-1">{children}</div>}
      </div>
    </main>
  );
}
