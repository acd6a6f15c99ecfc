import 'server-only';
import { cookies, headers } from 'next/headers';
import { apiClient, type ApiClient } from '@/lib/api/client';
import { API_INTERNAL_URL, forwarded, PATIENCE_MS } from './upstream';

/** The API as the signed-in person, from a Server Component. Reads only: a session is refreshed by the proxy, before rendering. */
export async function serverApi(): Promise<ApiClient> {
  const jar = await cookies();
  const cookie = jar.getAll().map(({ name, value }) => `${name}=${value}`).join('; ');
  const extra = forwarded(await headers());
  return apiClient(API_INTERNAL_URL, (request) => {
    const own = new Headers(request.headers);
    own.set('cookie', cookie);
    for (const [name, value] of Object.entries(extra)) own.set(name, value);
    return fetch(new Request(request, { headers: own, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) }));
  });
}
