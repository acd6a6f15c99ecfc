'use server';

import { getLocale } from 'next-intl/server';
import { redirect } from 'next/navigation';
import { safeNext } from '../utils/safe-next';
import type { FormState } from './form-state';
import { fieldErrors, logInInput, registerInput } from './schemas';
import { signIn } from './sessions';

export async function logIn(_: FormState, form: FormData): Promise<FormState> {
  const values = { login: text(form, 'login') };
  const input = logInInput.safeParse({ ...values, password: text(form, 'password') });
  if (!input.success) return { values, fields: fieldErrors(input.error) };
  const { error, restored } = await attempt('/auth/login', input.data);
  if (error) return { values, fields: {}, error };
  redirect(restored ? '/account?restored=1' : safeNext(text(form, 'next')));
}

export async function register(_: FormState, form: FormData): Promise<FormState> {
  const values = { username: text(form, 'username'), email: text(form, 'email') };
  const input = registerInput.safeParse({ ...values, password: text(form, 'password') });
  if (!input.success) return { values, fields: fieldErrors(input.error) };
  const locale = (await getLocale()) === 'ja' ? 'ja' : 'en';
  const { error } = await attempt('/auth/register', { ...input.data, locale });
  if (error === 'already_exists') return { values, fields: { username: 'taken' } };
  if (error) return { values, fields: {}, error };
  redirect(safeNext(text(form, 'next')));
}

async function attempt(path: Parameters<typeof signIn>[0], body: object): Promise<{ error?: string; restored?: boolean }> {
  try {
    const answer = await signIn(path, body);
    return 'restored' in answer ? answer : { error: answer.code };
  } catch {
    return { error: 'unavailable' };
  }
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
