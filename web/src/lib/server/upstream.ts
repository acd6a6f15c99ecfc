/** Where the server side reaches the API, and what it must pass on of the browser's request. Free of `next/headers`, so that the proxy can use it. */

export const API_INTERNAL_URL = process.env.API_INTERNAL_URL ?? 'http://127.0.0.1:8080/api';
export const PUBLIC_ORIGIN = process.env.PUBLIC_ORIGIN ?? 'http://localhost:8080';

/**
 * How long an answer of the API is waited for. A function gives up after 10 s and says why, as while the database wakes: that
 * answer must be heard. A page may take one refresh and one read, within the 29 s of the web's own function.
 */
export const PATIENCE_MS = 12_000;

/**
 * Headers of a request made for somebody: the stage's Origin and the CSRF header, as the browser would send, and who it is for.
 * The viewer's address is the edge's word; the API believes ours only with the origin secret, which may change while we run.
 */
export function forwarded(from: Headers): Record<string, string> {
  const sent: Record<string, string> = { 'x-yoriai-csrf': '1', origin: PUBLIC_ORIGIN };
  const secret = process.env.ORIGIN_SECRET;
  if (secret) sent['x-yoriai-origin-secret'] = secret;
  for (const name of ['x-yoriai-viewer', 'x-forwarded-for', 'user-agent', 'accept-language']) {
    const value = from.get(name);
    if (value) sent[name] = value;
  }
  return sent;
}
