export const SESSION_COOKIE = 'yoriai_session';
export const REFRESH_COOKIE = 'yoriai_refresh';

/**
 * When an access token ends, in milliseconds; 0 if it cannot be read. This is only a hint for refreshing in time: the API
 * verifies every token itself.
 */
export function expiresAt(token: string | undefined): number {
  const payload = token?.split('.')[1];
  if (!payload) return 0;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : 0;
    return typeof exp === 'number' ? exp * 1_000 : 0;
  } catch {
    return 0;
  }
}
