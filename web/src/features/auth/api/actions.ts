'use server';

import { getLocale } from 'next-intl/server';
import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { REFRESH_COOKIE, SESSION_COOKIE } from '@/lib/server/access-token';
import type { FormState } from './form-state';
import { fieldErrors, logInInput, registerInput, safeNext } from './schemas';
import { authCall } from './sessions';

export async function logIn(_: FormState, form: FormData): Promise<FormState> {
  const values = { login: text(form, 'login') };
  const input = logInInput.safeParse({ ...values, password: text(form, 'password') });
  if (!input.success) return { values, fields: fieldErrors(input.error) };
  const error = await attempt('/auth/login', input.data);
  if (error) return { values, fields: {}, error };
  redirect(safeNext(text(form, 'next')));
}

export async function register(_: FormState, form: FormData): Promise<FormState> {
  const values = { username: text(form, 'username'), email: text(form, 'email') };
  const input = registerInput.safeParse({ ...values, password: text(form, 'password') });
  if (!input.success) return { values, fields: fieldErrors(input.error) };
  const locale = (await getLocale()) === 'ja' ? 'ja' : 'en';
  const error = await attempt('/auth/register', { ...input.data, locale });
  if (error === 'already_exists') return { values, fields: { username: 'taken' } };
  if (error) return { values, fields: {}, error };
  redirect(safeNext(text(form, 'next')));
}

export async function logOut(): Promise<void> {
  await attempt('/auth/logout', null);
  // Whatever the API answered, this browser forgets the session.
  const jar = await cookies();
  for (const name of [SESSION_COOKIE, REFRESH_COOKIE]) jar.delete({ name, path: '/' });
  redirect('/login');
}

async function attempt(path: Parameters<typeof authCall>[0], body: object | null): Promise<string | null> {
  try {
    return (await authCall(path, body))?.code ?? null;
  } catch {
    return 'unavailable';
  }
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
