/** To the sign-in page because the session has ended, and from there back to where one was. */
export function toLogIn(): void {
  const here = location.pathname + location.search;
  const next = here === '/rooms' ? '' : `&next=${encodeURIComponent(here)}`;
  location.assign(`/login?ended=1${next}`);
}
