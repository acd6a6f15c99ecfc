import { useId, type ReactNode } from 'react';

export function Section({ title, tools, children }: { title: string; tools?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <div className="mb-2 flex min-h-9 flex-wrap items-center justify-between gap-2"><h2 id={id} className="text-[15px]/5 font-[650]">{title}</h2>{tools}</div>
      {children}
    </section>
  );
}

/** A table that scrolls within itself where the screen is narrower. */
export function Table({ label, head, children }: { label: string; head: { name: string; number?: boolean }[]; children: ReactNode }) {
  return (
    <div role="group" tabIndex={0} aria-label={label} className="overflow-x-auto rounded-2 border border-line bg-surface">
      <table className="w-full text-[13.5px]/5">
        <thead><tr className="border-b border-line text-text-3">{head.map(({ name, number }) => <th key={name} scope="col" className={`px-3 py-2 font-medium whitespace-nowrap ${number ? 'text-right' : 'text-left'}`}>{name}</th>)}</tr></thead>
        <tbody className="divide-y divide-line">{children}</tbody>
      </table>
    </div>
  );
}

export function Cell({ number = false, children }: { number?: boolean; children: ReactNode }) {
  return <td className={number ? 'px-3 py-2 text-right whitespace-nowrap tabular-nums' : 'min-w-24 px-3 py-2 wrap-normal'}>{children}</td>;
}
