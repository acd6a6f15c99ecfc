import { PUBLIC_ORIGIN } from './upstream';

/** Scripts run only with this answer's nonce; nothing is loaded from elsewhere, pictures in messages included. */
export function contentSecurityPolicy(nonce: string, development: boolean): string {
  const socket = PUBLIC_ORIGIN.replace(/^http/, 'ws');
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' 'nonce-${nonce}'`,
    // Positions of virtualised rows and hues of faces are style attributes, which no nonce can name.
    "style-src-attr 'unsafe-inline'",
    ...(development ? ["style-src-elem 'self' 'unsafe-inline'"] : []),
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ${socket}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
