'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useActionState } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { register } from '../api/actions';
import { emptyForm } from '../api/form-state';
import { carried } from '../utils/carried';
import { FormError } from './form-error';
import { PasswordField } from '@/components/password-field';

export function RegisterForm({ next, ended }: { next?: string; ended: boolean }) {
  const t = useTranslations('auth');
  const [state, submit, pending] = useActionState(register, emptyForm);
  const wrong = (field: string) => (state.fields[field] ? t(`errors.${state.fields[field]}`) : undefined);
  return (
    <form action={submit} className="grid gap-4" noValidate>
      <FormError code={state.error} />
      <input type="hidden" name="next" value={next ?? ''} />
      <TextField label={t('username')} name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} hint={t('usernameHint')} defaultValue={state.values.username} error={wrong('username')} required />
      <TextField label={t('email')} name="email" type="email" autoComplete="email" defaultValue={state.values.email} error={wrong('email')} required />
      <PasswordField label={t('password')} name="password" autoComplete="new-password" hint={t('passwordHint')} error={wrong('password')} required />
      <Button type="submit" kind="primary" disabled={pending} className="mt-1 w-full">{pending ? t('registering') : t('register')}</Button>
      <p className="text-center text-[13.5px]/5 text-text-2">
        {t('haveAccount')} <Link href={`/login${carried(next, ended)}`} className="font-medium text-accent underline-offset-3 hover:underline">{t('toLogIn')}</Link>
      </p>
    </form>
  );
}
