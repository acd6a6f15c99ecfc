import 'server-only';
import { cookies, headers } from 'next/headers';
import { problemOf } from '@/lib/api/problem';
import type { ApiError } from '@/lib/protocol/ports';
import { setCookiesOf } from '@/lib/server/set-cookie';
import { API_INTERNAL_URL, forwarded } from '@/lib/server/upstream';

/** Calls one of the /auth operations for the browser and hands its cookies on. Answers the refusal, or null. */
export async function authCall(path: '/auth/register' | '/auth/login' | '/auth/logout', body: object | null): Promise<ApiError | null> {
  const jar = await cookies();
  const cookie = path === '/auth/logout' ? { cookie: jar.getAll().map(({ name, value }) => `${name}=${value}`).join('; ') } : undefined;
  const response = await fetch(API_INTERNAL_URL + path, {
    method: 'POST',
    headers: { ...forwarded(await headers()), ...cookie, ...(body && { 'content-type': 'application/json' }) },
    body: body ? JSON.stringify(body) : undefined,
    cache: 'no-store',
    signal: AbortSignal.timeout(15_000),
  });
  for (const { name, value, ...options } of setCookiesOf(response)) jar.set(name, value, options);
  if (response.ok) return null;
  return problemOf(response, await response.json().catch(() => null));
}
