'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useActionState, useEffect } from 'react';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { refreshSession } from '@/lib/api/browser';
import { logIn } from '../api/actions';
import { emptyForm } from '../api/form-state';
import { safeNext } from '../utils/safe-next';
import { carried } from '../utils/carried';
import { FormError } from './form-error';
import { PasswordField } from '@/components/password-field';

export function LogInForm({ next, ended, deleted = false }: { next?: string; ended: boolean; deleted?: boolean }) {
  const t = useTranslations('auth');
  const [state, submit, pending] = useActionState(logIn, emptyForm);
  useNewerSession(ended, next);
  const wrong = (field: string) => (state.fields[field] ? t(`errors.${state.fields[field]}`) : undefined);
  return (
    <form action={submit} className="grid gap-4" noValidate>
      {ended && !state.error && <p role="status" className="rounded-1 bg-accent-soft px-3 py-2 text-[13.5px]/5">{t('ended')}</p>}
      {deleted && !state.error && <p role="status" className="rounded-1 bg-accent-soft px-3 py-2 text-[13.5px]/5">{t('deleted')}</p>}
      <FormError code={state.error} />
      <input type="hidden" name="next" value={next ?? ''} />
      <TextField label={t('login')} name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} defaultValue={state.values.login} error={wrong('login')} required />
      <PasswordField label={t('password')} name="password" autoComplete="current-password" error={wrong('password')} required />
      <Button type="submit" kind="primary" disabled={pending} className="mt-1 w-full">{pending ? t('loggingIn') : t('logIn')}</Button>
      <p className="text-center text-[13.5px]/5 text-text-2">
        {t('noAccount')} <Link href={`/register${carried(next, ended)}`} className="font-medium text-accent underline-offset-3 hover:underline">{t('toRegister')}</Link>
      </p>
    </form>
  );
}

/** What led here may have been a late answer with a superseded token, while another tab got a new one: then one is still signed in. */
function useNewerSession(ended: boolean, next: string | undefined): void {
  useEffect(() => {
    if (!ended || document.hidden) return;
    void refreshSession().then((refreshed) => refreshed === 'fresh' && location.replace(safeNext(next)));
  }, [ended, next]);
}
