import 'server-only';
import { cookies, headers } from 'next/headers';
import { problemOf } from '@/lib/api/problem';
import type { components } from '@/lib/api/schema';
import type { ApiError } from '@/lib/protocol/ports';
import { setCookiesOf } from '@/lib/server/set-cookie';
import { API_INTERNAL_URL, forwarded, PATIENCE_MS } from '@/lib/server/upstream';

/** Signs somebody in for the browser and hands the session's cookies on. Answers the refusal, or whether that took the deletion of the account back. */
export async function signIn(path: '/auth/register' | '/auth/login', body: object): Promise<ApiError | { restored: boolean }> {
  const jar = await cookies();
  const response = await fetch(API_INTERNAL_URL + path, {
    method: 'POST',
    headers: { ...forwarded(await headers()), 'content-type': 'application/json' },
    body: JSON.stringify(body),
    cache: 'no-store',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  for (const { name, value, ...options } of setCookiesOf(response)) jar.set(name, value, options);
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) return problemOf(response, answer);
  return { restored: (answer as components['schemas']['SignedIn'] | null)?.deletion_cancelled === true };
}
