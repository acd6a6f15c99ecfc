import { NextResponse, type NextRequest } from 'next/server';
import { expiresAt, REFRESH_COOKIE, SESSION_COOKIE } from '@/lib/server/access-token';
import { contentSecurityPolicy } from '@/lib/server/content-security-policy';
import { setCookiesOf, type SetCookie } from '@/lib/server/set-cookie';
import { API_INTERNAL_URL, forwarded } from '@/lib/server/upstream';

/** A token that ends within this time is refreshed before the page is rendered with it. */
const EARLY_MS = 60_000;

/** Before every page: refreshes the session if need be, sends strangers to the sign-in page, and sets the security headers. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const fresh = needsRefresh(request) ? await refresh(request) : [];
  for (const cookie of fresh) {
    if (cookie.value === '') request.cookies.delete(cookie.name);
    else request.cookies.set(cookie.name, cookie.value);
  }

  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV !== 'production');
  const response = redirectOf(request) ?? pageOf(request, nonce, policy);
  for (const cookie of fresh) response.cookies.set(cookie);
  response.headers.set('Content-Security-Policy', policy);
  response.headers.set('Cache-Control', 'private, no-store');
  return response;
}

function needsRefresh(request: NextRequest): boolean {
  if (!request.cookies.has(REFRESH_COOKIE)) return false;
  // A prefetch is not somebody looking at the page.
  if (request.headers.get('purpose') === 'prefetch' || request.headers.has('next-router-prefetch')) return false;
  return expiresAt(request.cookies.get(SESSION_COOKIE)?.value) < Date.now() + EARLY_MS;
}

async function refresh(request: NextRequest): Promise<SetCookie[]> {
  try {
    const response = await fetch(`${API_INTERNAL_URL}/auth/refresh`, {
      method: 'POST',
      headers: { ...forwarded(request.headers), cookie: request.headers.get('cookie') ?? '' },
      cache: 'no-store',
      signal: AbortSignal.timeout(8_000),
    });
    if (response.ok) return setCookiesOf(response);
    // Only a clear refusal ends the session; a server in trouble does not sign anybody out.
    return response.status === 401 ? [ended(SESSION_COOKIE), ended(REFRESH_COOKIE)] : [];
  } catch {
    return [];
  }
}

function ended(name: string): SetCookie {
  return { name, value: '', path: '/', maxAge: 0, httpOnly: true, secure: false, sameSite: 'lax' };
}

function redirectOf(request: NextRequest): NextResponse | null {
  const { pathname, search } = request.nextUrl;
  const signedIn = request.cookies.has(SESSION_COOKIE) || request.cookies.has(REFRESH_COOKIE);
  const forStrangers = pathname === '/login' || pathname === '/register';
  if (!signedIn && !forStrangers) {
    const next = pathname === '/' || pathname === '/rooms' ? '' : `?next=${encodeURIComponent(pathname + search)}`;
    return relative(request, `/login${next}`);
  }
  if (signedIn && (forStrangers || pathname === '/') && request.method === 'GET') return relative(request, '/rooms');
  return null;
}

/** Redirects within the origin the browser knows, which is not the host that this server hears. */
function relative(request: NextRequest, to: string): NextResponse {
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host') ?? 'localhost:8080';
  const scheme = request.headers.get('x-forwarded-proto') ?? 'http';
  return NextResponse.redirect(new URL(to, `${scheme}://${host}`), 303);
}

function pageOf(request: NextRequest, nonce: string, policy: string): NextResponse {
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  // Next.js reads the nonce for its own scripts from here.
  headers.set('Content-Security-Policy', policy);
  headers.set('cookie', request.cookies.toString());
  return NextResponse.next({ request: { headers } });
}

export const config = { matcher: ['/((?!_next/static|_next/image|healthz|api/|ws|favicon.ico|icon.svg|apple-icon.png).*)'] };
