'use client';

import { setNonce } from 'get-nonce';

let known = false;

/**
 * Dialogs that keep the page below from scrolling add a style element: this tells them the nonce by which the page's policy knows
 * it. The policy is that of the document's first answer; later answers within the page bring nonces that mean nothing to it.
 */
export function StyleNonce({ nonce }: { nonce: string }) {
  if (typeof window !== 'undefined' && !known) {
    known = true;
    setNonce(nonce);
  }
  return null;
}
