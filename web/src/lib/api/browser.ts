import { apiClient, type ApiClient } from './client';

/** A function gives up after 10 s and says why: that answer must be heard here. */
const TIMEOUT_MS = 15_000;
const PROOF = { 'X-Yoriai-CSRF': '1' };

/** What became of a refresh: only the API's own refusal ends a session. */
export type Refreshed = 'fresh' | 'ended' | 'away';
let refreshing: Promise<Refreshed> | null = null;

/**
 * The API from the browser: same origin, session in cookies. An expired session is refreshed here and nowhere else on the
 * client, once for all requests that wait for it; a hidden tab never does and waits until it is seen again.
 */
export function browserClient(signedOut: () => void): ApiClient {
  const send = async (request: Request): Promise<Response> => {
    const again = request.clone();
    const response = await fetch(prepared(request));
    if (response.status !== 401 || document.hidden) return response;
    const refreshed = await refreshSession();
    if (refreshed === 'ended') signedOut();
    return refreshed === 'fresh' ? fetch(prepared(again)) : response;
  };
  return apiClient(`${location.origin}/api`, send);
}

function prepared(request: Request): Request {
  const headers = new Headers(request.headers);
  for (const [name, value] of Object.entries(PROOF)) headers.set(name, value);
  // What is deleted as the page is left must still arrive.
  return new Request(request, { headers, credentials: 'same-origin', keepalive: request.method === 'DELETE', signal: AbortSignal.timeout(TIMEOUT_MS) });
}

/** Refreshes the session that the cookies hold, whichever tab set them. */
export function refreshSession(): Promise<Refreshed> {
  refreshing ??= post('/api/auth/refresh')
    .then(({ ok, status }): Refreshed => (ok ? 'fresh' : status === 401 ? 'ended' : 'away'), (): Refreshed => 'away')
    .finally(() => (refreshing = null));
  return refreshing;
}

/** Ends the session. Answers whether it is over: the API then has taken the cookies, also of a session that had ended already. */
export function endSession(): Promise<boolean> {
  return post('/api/auth/logout').then(({ ok, status }) => ok || status === 401, () => false);
}

function post(path: string): Promise<Response> {
  return fetch(path, { method: 'POST', headers: PROOF, credentials: 'same-origin', signal: AbortSignal.timeout(TIMEOUT_MS) });
}
