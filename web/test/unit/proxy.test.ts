// @vitest-environment node
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NextRequest } from 'next/server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const token = (secondsLeft: number) => `x.${Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1_000) + secondsLeft })).toString('base64url')}.x`;

/** What the API answers a refresh with; null hangs up. */
let refreshAnswer: { status: number; cookies?: string[] } | null;
let refreshes: string[];
let api: Server;
let proxy: typeof import('@/proxy').proxy;

beforeAll(async () => {
  api = createServer((request, response) => {
    refreshes.push(`${request.method} ${request.url} ${request.headers.cookie}`);
    if (refreshAnswer === null) return void response.destroy();
    response.writeHead(refreshAnswer.status, { 'set-cookie': refreshAnswer.cookies ?? [] });
    response.end('{}');
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  process.env.API_INTERNAL_URL = `http://127.0.0.1:${(api.address() as AddressInfo).port}/api`;
  ({ proxy } = await import('@/proxy'));
});
afterAll(() => new Promise((resolve) => api.close(resolve)));
beforeEach(() => {
  refreshes = [];
  refreshAnswer = { status: 500 };
});

function ask(path: string, cookies: Record<string, string> = {}, more: { method?: string; headers?: Record<string, string> } = {}) {
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ');
  return proxy(new NextRequest(`http://localhost:8080${path}`, { method: more.method, headers: { ...(cookie && { cookie }), host: 'localhost:8080', ...more.headers } }));
}

const expired = () => ({ yoriai_session: token(-10), yoriai_refresh: 'r1' });
const where = (response: Response) => response.headers.get('location')?.replace('http://localhost:8080', '') ?? null;
/** What the page itself is told. */
const told = (response: Response, name: string) => response.headers.get(`x-middleware-request-${name}`);

describe('the session before a page', () => {
  it.each([503, 500, 502, 429, 403, 404, 400])('stands when its refresh ends in %i, and the page is told that nobody could say', async (status) => {
    refreshAnswer = { status };
    const response = await ask('/rooms/1', expired());
    expect(refreshes).toHaveLength(1);
    expect(where(response)).toBeNull();
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(told(response, 'x-yoriai-session-away')).toBe('1');
  });

  it('stands when the connection breaks', async () => {
    refreshAnswer = null;
    const response = await ask('/rooms', expired());
    expect(where(response)).toBeNull();
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(told(response, 'x-yoriai-session-away')).toBe('1');
  });

  it('has ended when the refresh itself is refused; the way back is kept, and no cookie is touched, since the browser may hold a newer one', async () => {
    refreshAnswer = { status: 401, cookies: ['yoriai_session=; Max-Age=0', 'yoriai_refresh=; Max-Age=0'] };
    const response = await ask('/rooms/1?message=2', expired());
    expect(where(response)).toBe('/login?ended=1&next=%2Frooms%2F1%3Fmessage%3D2');
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it('is refreshed for the page and for the browser', async () => {
    refreshAnswer = { status: 200, cookies: [`yoriai_session=${token(900)}; Path=/; HttpOnly; SameSite=Lax`, 'yoriai_refresh=r2; Path=/; HttpOnly'] };
    const response = await ask('/rooms', expired());
    expect(refreshes[0]).toContain('yoriai_refresh=r1');
    expect(response.headers.getSetCookie().some((line) => line.startsWith('yoriai_refresh=r2'))).toBe(true);
    expect(told(response, 'cookie')).toContain('yoriai_refresh=r2');
    expect(told(response, 'x-yoriai-session-away')).toBeNull();
  });

  it('is not asked about while its token lasts, nor for a prefetch', async () => {
    await ask('/rooms', { yoriai_session: token(600), yoriai_refresh: 'r1' });
    await ask('/rooms', expired(), { headers: { 'next-router-prefetch': '1' } });
    expect(refreshes).toEqual([]);
  });

  it('cannot be said to be away by the browser', async () => {
    const response = await ask('/rooms', { yoriai_session: token(600), yoriai_refresh: 'r1' }, { headers: { 'x-yoriai-session-away': '1' } });
    expect(told(response, 'x-yoriai-session-away')).toBeNull();
  });
});

describe('the sign-in pages', () => {
  it('are not shown to somebody who is signed in', async () => {
    expect(where(await ask('/login', { yoriai_session: token(600), yoriai_refresh: 'r1' }))).toBe('/rooms');
  });

  it.each(['/login?ended=1', '/register?ended=1', '/login', '/register'])('%s is shown with cookies of a session that has ended', async (path) => {
    refreshAnswer = { status: 401 };
    const response = await ask(path, expired());
    expect(where(response)).toBeNull();
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it('are shown to whom the API refused although the token looks sound', async () => {
    expect(where(await ask('/login?ended=1', { yoriai_session: token(600), yoriai_refresh: 'r1' }))).toBeNull();
  });

  it('are where a stranger is sent, with the way back', async () => {
    expect(where(await ask('/rooms/1'))).toBe('/login?next=%2Frooms%2F1');
    expect(where(await ask('/rooms'))).toBe('/login');
  });

  it('are not where a stranger with an invitation is sent: a redirect would lose its token', async () => {
    expect(where(await ask('/join'))).toBeNull();
    refreshAnswer = { status: 401 };
    expect(where(await ask('/join', expired()))).toBeNull();
    expect(where(await ask('/joined'))).toBe('/login?next=%2Fjoined');
  });
});

it('no address ends a session by being visited', async () => {
  const response = await ask('/signed-out', { yoriai_session: token(600), yoriai_refresh: 'r1' });
  expect(response.headers.getSetCookie()).toEqual([]);
});
