'use client';

import clsx from 'clsx';
import { useLayoutEffect, useRef, type ComponentProps, type Ref } from 'react';

interface Props extends Omit<ComponentProps<'textarea'>, 'onChange' | 'value' | 'ref'> {
  label: string;
  value: string;
  onChange: (text: string) => void;
  ref?: Ref<HTMLTextAreaElement>;
}

const HIGHEST = 260;
const MEASURED = 8_000;

/** A text box as high as its text, up to a limit. */
export function GrowingText({ label, value, onChange, className, ref, ...props }: Props) {
  const box = useRef<HTMLTextAreaElement | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    // A long text fills the box in any case: measuring it would cost more than a key may.
    if (value.length > MEASURED) {
      element.style.height = `${HIGHEST}px`;
      return;
    }
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight, HIGHEST)}px`;
  }, [value]);
  return (
    <textarea
      {...props} rows={1} aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}
      ref={(element) => {
        box.current = element;
        if (typeof ref === 'function') ref(element);
        else if (ref) ref.current = element;
      }}
      className={clsx('block max-h-[260px] min-h-[42px] short:max-h-[84px] short:min-h-[34px] short:pt-2 w-full resize-none bg-transparent px-4 pt-[13px] pb-1.5 text-[15px]/6 outline-none placeholder:text-text-3', className)}
    />
  );
}
