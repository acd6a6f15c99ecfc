import { useId, type ReactNode } from 'react';

export function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-3">
      <div>
        <h2 id={id} className="text-[15px]/6 font-[650]">{title}</h2>
        {hint && <p className="text-[13.5px]/5 text-text-2">{hint}</p>}
      </div>
      {children}
    </section>
  );
}

/** A choice that is taken or not, with what it means. */
export function Tick({ label, hint, checked, disabled, onChange }: { label: string; hint?: string; checked: boolean; disabled?: boolean; onChange: (checked: boolean) => void }) {
  const id = useId();
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] items-start gap-x-2.5">
      <input
        id={id} type="checkbox" checked={checked} disabled={disabled} aria-describedby={hint ? `${id}-hint` : undefined} className="mt-[5px] size-4 accent-accent"
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id} className="py-0.5 text-[14px]/6 font-medium">{label}</label>
      {hint && <p id={`${id}-hint`} className="col-start-2 text-[12.5px]/[18px] text-text-3">{hint}</p>}
    </div>
  );
}
