'use client';

import { createContext, useContext } from 'react';

/** Whom a message names, in small letters, each with whether that is the reader. Without it every @name counts. */
export const Mentioned = createContext<ReadonlyMap<string, boolean> | null>(null);

/** An @name. Mine stands out. */
export function Mention({ text }: { text: string }) {
  const named = useContext(Mentioned);
  const mine = named?.get(text.slice(1).toLowerCase());
  if (named && mine === undefined) return text;
  return <mark dir="ltr" data-mine={mine || undefined}>{text}</mark>;
}
