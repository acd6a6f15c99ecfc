import { apiClient, type ApiClient } from './client';

const TIMEOUT_MS = 15_000;
let refreshing: Promise<boolean> | null = null;

/**
 * The API from the browser: same origin, session in cookies. An expired session is refreshed here and nowhere else on the
 * client, once for all requests that wait for it; a hidden tab never does and waits until it is seen again.
 */
export function browserClient(signedOut: () => void): ApiClient {
  const send = async (request: Request): Promise<Response> => {
    const again = request.clone();
    const response = await fetch(prepared(request));
    if (response.status !== 401 || document.hidden) return response;
    refreshing ??= refresh(signedOut).finally(() => (refreshing = null));
    return (await refreshing) ? fetch(prepared(again)) : response;
  };
  return apiClient(`${location.origin}/api`, send);
}

function prepared(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.set('X-Yoriai-CSRF', '1');
  return new Request(request, { headers, credentials: 'same-origin', signal: AbortSignal.timeout(TIMEOUT_MS) });
}

async function refresh(signedOut: () => void): Promise<boolean> {
  const response = await fetch('/api/auth/refresh', {
    method: 'POST', headers: { 'X-Yoriai-CSRF': '1' }, credentials: 'same-origin', signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status === 401) signedOut();
  return response.ok;
}
