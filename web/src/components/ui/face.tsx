import clsx from 'clsx';
import type { CSSProperties } from 'react';
import { hueOf, initialOf } from '@/lib/hue';
import { unturned } from '@/lib/bidi';
import { Icon } from './icon';

interface Named {
  id: string;
  username: string;
  display_name?: string;
}

export function nameOf(user: Named): string {
  return unturned(user.display_name || user.username);
}

/** A person's face: their initial on the hue of their id. */
export function Face({ user, size = 32, className }: { user: Named; size?: number; className?: string }) {
  return (
    <span
      aria-hidden="true" className={clsx('face grid shrink-0 place-items-center rounded-full font-semibold leading-none', className)}
      style={{ '--h': hueOf(user.id), width: size, height: size, fontSize: size * 0.41 } as CSSProperties}
    >
      {initialOf(nameOf(user))}
    </span>
  );
}

/** The mark that stands for a model where a person's face would. */
export function ModelFace({ failed = false, className }: { failed?: boolean; className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={clsx('grid size-8 shrink-0 place-items-center rounded-full', failed ? 'bg-surface-2 text-text-3 ring-1 ring-line-strong ring-inset' : 'bg-accent text-on-accent', className)}
    >
      <Icon name="spark" size={17} />
    </span>
  );
}

export function Tile({ id, name }: { id: string; name: string }) {
  return (
    <span aria-hidden="true" className="tile grid size-9 shrink-0 place-items-center rounded-2 text-[14px] font-semibold" style={{ '--h': hueOf(id) } as CSSProperties}>
      {initialOf(name)}
    </span>
  );
}
