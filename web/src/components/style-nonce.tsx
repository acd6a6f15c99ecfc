'use client';

import { setNonce } from 'get-nonce';

/** Dialogs that keep the page below from scrolling add a style element: this tells them the nonce by which the page's policy knows it. */
export function StyleNonce({ nonce }: { nonce: string }) {
  if (typeof window !== 'undefined') setNonce(nonce);
  return null;
}
