import type { ReactNode } from 'react';

/** One thing that can be done with a room: what it means, and its buttons. */
export function SettingsRow({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2">
      <span className="min-w-0 grow basis-48"><b className="block text-[14px]/5 font-medium">{title}</b><span className="block text-[12.5px]/[18px] text-text-3">{hint}</span></span>
      <span className="flex flex-wrap gap-2">{children}</span>
    </li>
  );
}
