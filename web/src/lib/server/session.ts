import { expiresAt, REFRESH_COOKIE, SESSION_COOKIE } from './access-token';
import { setCookiesOf, type SetCookie } from './set-cookie';
import { API_INTERNAL_URL, forwarded, PATIENCE_MS } from './upstream';

/** The header by which the proxy tells a page that nobody could refresh its session. A client's own is dropped. */
export const SESSION_AWAY = 'x-yoriai-session-away';

/** A token that ends within this time is refreshed before the page is rendered with it. */
const EARLY_MS = 60_000;

/**
 * What became of the session that a request brings. `none`: it brings none. `ended`: the refresh itself was refused. `away`: nobody
 * could say, so the session stands as it did.
 */
export type Session = { state: 'none' | 'stands' | 'ended' | 'away' } | { state: 'refreshed'; cookies: SetCookie[] };

interface Cookies {
  has(name: string): boolean;
  get(name: string): { value: string } | undefined;
}

/** Whether the access token lasts, without asking anybody. */
export function lasts(cookies: Cookies): boolean {
  return expiresAt(cookies.get(SESSION_COOKIE)?.value) >= Date.now() + EARLY_MS;
}

/** Refreshes the session if need be. A superseded token in a late request is refused as an ended one is: no cookie is ever deleted for it, since the browser may hold a newer one. */
export async function sessionOf(cookies: Cookies, headers: Headers): Promise<Session> {
  if (!cookies.has(REFRESH_COOKIE)) return { state: cookies.has(SESSION_COOKIE) ? 'stands' : 'none' };
  if (lasts(cookies)) return { state: 'stands' };
  try {
    const response = await fetch(`${API_INTERNAL_URL}/auth/refresh`, {
      method: 'POST',
      headers: { ...forwarded(headers), cookie: headers.get('cookie') ?? '' },
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.ok) return { state: 'refreshed', cookies: setCookiesOf(response) };
    return { state: response.status === 401 ? 'ended' : 'away' };
  } catch {
    return { state: 'away' };
  }
}
