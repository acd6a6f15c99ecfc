/** Reads the API's Set-Cookie headers, so that they can be set again on an answer of this server. */
export interface SetCookie {
  name: string;
  value: string;
  path?: string;
  maxAge?: number;
  expires?: Date;
  httpOnly: boolean;
  secure: boolean;
  sameSite?: 'lax' | 'strict' | 'none';
}

export function parseSetCookie(line: string): SetCookie | null {
  const [pair = '', ...attributes] = line.split(';');
  const at = pair.indexOf('=');
  if (at < 1) return null;
  const cookie: SetCookie = { name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim(), httpOnly: false, secure: false };
  for (const attribute of attributes) {
    const [rawName = '', ...rest] = attribute.split('=');
    const value = rest.join('=').trim();
    switch (rawName.trim().toLowerCase()) {
      case 'path':
        cookie.path = value;
        break;
      case 'max-age':
        if (/^-?\d+$/.test(value)) cookie.maxAge = Number(value);
        break;
      case 'expires':
        if (!Number.isNaN(Date.parse(value))) cookie.expires = new Date(value);
        break;
      case 'httponly':
        cookie.httpOnly = true;
        break;
      case 'secure':
        cookie.secure = true;
        break;
      case 'samesite': {
        const mode = value.toLowerCase();
        if (mode === 'lax' || mode === 'strict' || mode === 'none') cookie.sameSite = mode;
      }
    }
  }
  return cookie;
}

export function setCookiesOf(response: Response): SetCookie[] {
  return response.headers.getSetCookie().map(parseSetCookie).filter((cookie) => cookie !== null);
}
