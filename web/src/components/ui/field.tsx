import clsx from 'clsx';
import { useId, type ComponentProps, type ReactNode } from 'react';

interface FieldProps {
  label: string;
  hint?: string;
  error?: string;
  children: (props: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean; className: string }) => ReactNode;
}

/** A named control with its hint, or what is wrong with it. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-[13px]/5 font-medium text-text-2">{label}</label>
      {children({ id, 'aria-describedby': note ? `${id}-note` : undefined, 'aria-invalid': error !== undefined, className: CONTROL })}
      {note && <p id={`${id}-note`} className={clsx('text-[12.5px]/[18px]', error ? 'text-danger' : 'text-text-3')}>{note}</p>}
    </div>
  );
}

const CONTROL = 'shift w-full rounded-2 border border-line-strong bg-surface px-3 py-2 text-[15px]/6 placeholder:text-text-3 focus:border-accent focus:outline-1 focus:outline-offset-0 focus:outline-accent aria-invalid:border-danger min-h-10 max-page:min-h-11';

export function TextField({ label, hint, error, ...props }: Omit<FieldProps, 'children'> & ComponentProps<'input'>) {
  return <Field label={label} hint={hint} error={error}>{(own) => <input {...props} {...own} />}</Field>;
}
