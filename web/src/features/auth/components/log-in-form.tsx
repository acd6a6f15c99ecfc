'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useActionState } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { logIn } from '../api/actions';
import { emptyForm } from '../api/form-state';
import { FormError } from './form-error';

export function LogInForm({ next, ended }: { next?: string; ended: boolean }) {
  const t = useTranslations('auth');
  const [state, submit, pending] = useActionState(logIn, emptyForm);
  const wrong = (field: string) => (state.fields[field] ? t(`errors.${state.fields[field]}`) : undefined);
  return (
    <form action={submit} className="grid gap-4" noValidate>
      {ended && !state.error && <p role="status" className="rounded-1 bg-accent-soft px-3 py-2 text-[13.5px]/5">{t('ended')}</p>}
      <FormError code={state.error} />
      <input type="hidden" name="next" value={next ?? ''} />
      <TextField label={t('login')} name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} defaultValue={state.values.login} error={wrong('login')} required />
      <TextField label={t('password')} name="password" type="password" autoComplete="current-password" error={wrong('password')} required />
      <Button type="submit" kind="primary" disabled={pending} className="mt-1 w-full">{pending ? t('loggingIn') : t('logIn')}</Button>
      <p className="text-center text-[13.5px]/5 text-text-2">
        {t('noAccount')} <Link href="/register" className="font-medium text-accent underline-offset-3 hover:underline">{t('toRegister')}</Link>
      </p>
    </form>
  );
}
