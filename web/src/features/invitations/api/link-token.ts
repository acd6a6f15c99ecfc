'use client';

const KEPT = 'yoriai.join';

/**
 * The token of the link that led here. It stands in the fragment, which no server sees; while its holder signs in or registers, this
 * tab keeps it, and the address loses it.
 */
export function takeToken(): string | null {
  const given = location.hash.slice(1);
  try {
    if (given) {
      sessionStorage.setItem(KEPT, given);
      history.replaceState(history.state, '', '/join');
    }
    return given || sessionStorage.getItem(KEPT);
  } catch {
    // Where nothing may be kept the address keeps it.
    return given || null;
  }
}

export function forgetToken(): void {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
}
