'use client';

import { create } from 'zustand';

/** Rises whenever my open invitations are not what they were: whoever shows them fetches them then. */
const useChanges = create<{ count: number }>(() => ({ count: 0 }));

export const useInvitedChanges = (): number => useChanges(({ count }) => count);

export function invitedChanged(): void {
  useChanges.setState(({ count }) => ({ count: count + 1 }));
}
