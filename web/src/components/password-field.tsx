'use client';

import { useTranslations } from 'next-intl';
import { useState, type ComponentProps } from 'react';
import { Field } from '@/components/ui/field';
import { IconButton } from '@/components/ui/icon-button';

interface Props extends Omit<ComponentProps<'input'>, 'type'> {
  label: string;
  hint?: string;
  error?: string;
}

/** A password, which one may look at while typing it. */
export function PasswordField({ label, hint, error, ...props }: Props) {
  const t = useTranslations('auth');
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(own) => (
        <span className="relative grid">
          <input {...props} {...own} type={shown ? 'text' : 'password'} className={`${own.className} pr-11`} />
          <IconButton icon={shown ? 'eye-off' : 'eye'} label={t(shown ? 'hidePassword' : 'showPassword')} onClick={() => setShown(!shown)} className="absolute top-1/2 right-0.5 -translate-y-1/2" />
        </span>
      )}
    </Field>
  );
}
