/** What both sign-in pages hand to each other: where one wanted to go, and that a session has ended. */
export function carried(next: string | undefined, ended: boolean): string {
  const query = new URLSearchParams({ ...(ended && { ended: '1' }), ...(next && { next }) });
  return query.size > 0 ? `?${query}` : '';
}
