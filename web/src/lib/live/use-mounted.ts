import { useSyncExternalStore } from 'react';

const never = () => () => undefined;

/** False while rendering on the server and while hydrating: what only the browser knows is shown after. */
export function useMounted(): boolean {
  return useSyncExternalStore(never, () => true, () => false);
}
