import { NextResponse, type NextRequest } from 'next/server';
import { contentSecurityPolicy } from '@/lib/server/content-security-policy';
import { SESSION_AWAY, sessionOf, type Session } from '@/lib/server/session';

/** Where a link of invitation leads. Its token stands in the fragment, which a redirect would lose: strangers are let in, and sign in from there. */
const INVITED = '/join';

/** Before every page: refreshes the session if need be, sends strangers to the sign-in page, and sets the security headers. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const session: Session = isPrefetch(request) ? { state: 'stands' } : await sessionOf(request.cookies, request.headers);
  const fresh = session.state === 'refreshed' ? session.cookies : [];
  for (const cookie of fresh) request.cookies.set(cookie.name, cookie.value);

  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV !== 'production');
  const response = redirectOf(request, session) ?? pageOf(request, session, nonce, policy);
  for (const cookie of fresh) response.cookies.set(cookie);
  response.headers.set('Content-Security-Policy', policy);
  response.headers.set('Cache-Control', 'private, no-store');
  return response;
}

/** A prefetch is not somebody looking at the page. */
function isPrefetch(request: NextRequest): boolean {
  return request.headers.get('purpose') === 'prefetch' || request.headers.has('next-router-prefetch');
}

function redirectOf(request: NextRequest, { state }: Session): NextResponse | null {
  const { pathname, search, searchParams } = request.nextUrl;
  const forStrangers = pathname === '/login' || pathname === '/register';
  const stranger = state === 'none' || state === 'ended';
  if (stranger && !forStrangers && pathname !== INVITED && pathname !== '/legal/commerce') {
    const query = new URLSearchParams();
    if (state === 'ended') query.set('ended', '1');
    if (pathname !== '/' && pathname !== '/rooms') query.set('next', pathname + search);
    return relative(request, query.size > 0 ? `/login?${query}` : '/login');
  }
  // A session that the API refused may leave cookies that look sound: who was told so is not sent round in a circle.
  const told = forStrangers && searchParams.has('ended');
  if (!stranger && !told && (forStrangers || pathname === '/') && request.method === 'GET') return relative(request, '/rooms');
  return null;
}

/** Redirects within the origin the browser knows, which is not the host that this server hears. */
function relative(request: NextRequest, to: string): NextResponse {
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host') ?? 'localhost:8080';
  const scheme = request.headers.get('x-forwarded-proto') ?? 'http';
  return NextResponse.redirect(new URL(to, `${scheme}://${host}`), 303);
}

function pageOf(request: NextRequest, { state }: Session, nonce: string, policy: string): NextResponse {
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.delete(SESSION_AWAY);
  if (state === 'away') headers.set(SESSION_AWAY, '1');
  // Next.js reads the nonce for its own scripts from here.
  headers.set('Content-Security-Policy', policy);
  headers.set('cookie', request.cookies.toString());
  return NextResponse.next({ request: { headers } });
}

export const config = { matcher: ['/((?!_next/static|_next/image|healthz|api/|ws|favicon.ico|icon.svg|apple-icon.png).*)'] };
