import type { ReactNode } from 'react';

const PATHS = {
  search: <><circle cx="11" cy="11" r="6.5" /><path d="m16 16 4.500 4.500" /></>,
  plus: <path d="M12 5v14M5 12h14" />,
  'eye-off': <path d="M4 4l16 16M10 6.300A9.600 9.600 0 0 1 12 6c5 0 8.500 4.600 9 6-.3.8-1.500 2.600-3.400 4M6.300 8C4.300 9.400 3.300 11.200 3 12c.5 1.400 4 6 9 6 1 0 2-.2 2.900-.5" />,
  eye: <><path d="M3 12c.5-1.400 4-6 9-6s8.500 4.600 9 6c-.5 1.400-4 6-9 6s-8.500-4.600-9-6Z" /><circle cx="12" cy="12" r="2.500" /></>,
  people: <><circle cx="9" cy="8.500" r="3.200" /><path d="M3.500 19c.4-3 2.600-4.800 5.500-4.800s5.100 1.800 5.500 4.800M15.500 5.700a3 3 0 0 1 0 5.600M17 14.600c1.900.6 3.200 2.100 3.500 4.400" /></>,
  more: <path d="M6 12h.01M12 12h.01M18 12h.01" strokeWidth="3" />,
  down: <path d="m7 10 5 5 5-5" />,
  up: <path d="m7 14 5-5 5 5" />,
  copy: <><rect x="8.500" y="8.500" width="11" height="11" rx="2" /><path d="M15.500 8.500v-2a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2" /></>,
  check: <path d="m5 12.500 4.500 4.500L19 7.500" />,
  redo: <path d="M19 5v4.500h-4.500M19 9.500A7.500 7.500 0 1 0 19.500 14" />,
  send: <path d="M12 19V5M6 11l6-6 6 6" />,
  stop: <rect x="7" y="7" width="10" height="10" rx="2" fill="currentColor" />,
  back: <path d="m14.500 5-7 7 7 7" />,
  next: <path d="m9.500 5 7 7-7 7" />,
  spark: <path d="M12 3.500c.8 4.900 3.600 7.700 8.500 8.500-4.900.8-7.700 3.600-8.500 8.500-.8-4.900-3.600-7.700-8.500-8.500 4.900-.8 7.700-3.600 8.500-8.500Z" />,
  alert: <path d="M12 8v5M12 16.500h.01M10.300 4.500 3 17.500A2 2 0 0 0 4.700 20h14.600a2 2 0 0 0 1.700-2.500l-7.300-13a2 2 0 0 0-3.400 0Z" />,
  close: <path d="M6 6l12 12M18 6 6 18" />,
  edit: <path d="M14.500 6.500 17.500 9.500M5 19l.8-3.800L15.500 5.500a1.700 1.700 0 0 1 2.400 0l.6.6a1.700 1.700 0 0 1 0 2.400L8.800 18.200 5 19Z" />,
  trash: <path d="M5 7h14M10 7V5h4v2M7 7l.8 12h8.400L17 7M10.500 10.500v5.500M13.500 10.500v5.500" />,
  lock: <><rect x="5.500" y="10.500" width="13" height="9" rx="2" /><path d="M8.500 10.500V8a3.500 3.500 0 0 1 7 0v2.500" /></>,
  clock: <><circle cx="12" cy="12" r="8" /><path d="M12 7.500V12l3 2" /></>,
  link: <path d="M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700L11.500 6.800M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1.500-1.500" />,
  gear: <><path d="M4 7h9M17 7h3M4 12h3M11 12h9M4 17h9M17 17h3" /><circle cx="15" cy="7" r="2" /><circle cx="9" cy="12" r="2" /><circle cx="15" cy="17" r="2" /></>,
  archive: <><rect x="4" y="5" width="16" height="4" rx="1" /><path d="M5.500 9v8.500A1.500 1.500 0 0 0 7 19h10a1.500 1.500 0 0 0 1.500-1.500V9M10 13h4" /></>,
  offline: <path d="M4 4l16 16M8.500 14.500a5 5 0 0 1 6 0M5.500 11.500A9.500 9.500 0 0 1 9 9.400M12.500 9a9.500 9.500 0 0 1 6 2.500M2.500 8.500A14 14 0 0 1 6.500 6M10.500 5a14 14 0 0 1 11 3.500M12 18h.01" />,
  sun: <><circle cx="12" cy="12" r="3.500" /><path d="M12 4v1.500M12 18.500V20M4 12h1.500M18.500 12H20M6.300 6.300l1.100 1.100M16.600 16.600l1.100 1.100M17.700 6.300l-1.100 1.100M7.400 16.600l-1.100 1.100" /></>,
  out: <path d="M13 5H7a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h6M10.500 12H20M16.500 8.500 20 12l-3.500 3.500" />,
  bell: <path d="M6.500 16.500V11a5.500 5.500 0 0 1 11 0v5.500M4.500 16.500h15M10 19.500a2 2 0 0 0 4 0" />,
  flag: <path d="M6 20V5M6 5.500c4-2 7 2 12 0v8c-5 2-8-2-12 0" />,
  smile: <><circle cx="12" cy="12" r="8" /><path d="M9 10h.01M15 10h.01M8.800 14c.8 1.200 1.900 1.800 3.200 1.800s2.400-.6 3.200-1.800" /></>,
  reply: <path d="M9.500 7 4.500 12l5 5M5 12h8.500a6 6 0 0 1 6 6" />,
  fork: <><circle cx="7" cy="6" r="2" /><circle cx="7" cy="18" r="2" /><circle cx="17" cy="9" r="2" /><path d="M7 8v8M17 11c0 4-10 2-10 5" /></>,
  forward: <path d="m14.500 7 5 5-5 5M19 12h-8.500a6 6 0 0 0-6 6" />,
  download: <path d="M12 4v11M7.500 10.500 12 15l4.500-4.500M5 19.500h14" />,
  side: <><rect x="4" y="5" width="16" height="14" rx="2.500" /><path d="M9.500 5v14" /></>,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

/** A drawing beside words or in a named button; never the only name of anything. */
export function Icon({ name, size = 20, className }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" strokeWidth={1.7} strokeLinecap="round" strokeLinejoin="round"
      className={className ? `shrink-0 ${className}` : 'shrink-0'} aria-hidden="true"
    >
      {PATHS[name]}
    </svg>
  );
}
