'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { ListTime } from '@/components/time';
import { Face, nameOf, Tile } from '@/components/ui/face';
import { useNameOf } from '@/components/use-name-of';
import { Icon } from '@/components/ui/icon';
import { unturned } from '@/lib/bidi';
import { useBlocked } from '@/lib/live/blocks';
import { modelName, useModels } from '@/lib/models/use-models';
import type { Hit } from '../api/search-messages';
import { pieces } from '../utils/query';
import type { Option } from './search-dialog';

interface Props {
  id: string;
  options: readonly Option[];
  marked: number;
  /** Whether it answers what was typed before. */
  stale: boolean;
  mark: (index: number) => void;
  choose: (option: Option) => void;
}

const KINDS = ['room', 'person', 'hit'] as const;

/** What was found, by kind. */
export function Findings({ id, options, marked, stale, mark, choose }: Props) {
  const t = useTranslations('search');
  const numbered = options.map((option, index) => ({ option, index }));
  return (
    <div role="listbox" id={`${id}-list`} aria-label={t('results')}>
      {KINDS.map((kind) => {
        const group = numbered.filter(({ option }) => option.kind === kind);
        return group.length > 0 && (
          <div key={kind} role="group" aria-labelledby={`${id}-${kind}`} className={clsx('pb-1', kind === 'hit' && stale && 'opacity-55')}>
            <h3 id={`${id}-${kind}`} role="presentation" className="px-2 pt-1.5 pb-1 text-[12px]/4 font-semibold text-text-3">{t(`${kind}s`)}</h3>
            {group.map(({ option, index }) => (
              <div
                key={option.id} id={`${id}-${index}`} role="option" aria-selected={index === marked} data-marked={index === marked} tabIndex={-1}
                onPointerMove={() => mark(index)} onClick={() => choose(option)} onKeyDown={({ key }) => key === 'Enter' && choose(option)}
                className={clsx('flex min-h-11 cursor-pointer items-center gap-2.5 rounded-2 px-2 py-1.5', index === marked && 'bg-surface-2')}
              >
                <Found option={option} />
              </div>
            ))}
          </div>
        );
      })}
    </div>
  );
}

function Found({ option }: { option: Option }) {
  const t = useTranslations('search');
  switch (option.kind) {
    case 'room':
      return <><Tile id={option.id} name={option.name} /><span dir="auto" className="min-w-0 truncate text-[14px]/5 font-medium">{unturned(option.name)}</span></>;
    case 'person':
      return (
        <>
          <Face user={option.user} />
          <span className="min-w-0 grow truncate text-[14px]/5 font-medium"><bdi>{nameOf(option.user)}</bdi> <small className="text-[12.5px] font-normal text-text-3">@{option.user.username}</small></span>
          <small className="text-[12.5px] whitespace-nowrap text-text-3">{t('theirs')}</small>
        </>
      );
    case 'hit':
      return <Passage hit={option.hit} />;
  }
}

function Passage({ hit: { room, message, excerpt, matches } }: { hit: Hit }) {
  const chat = useTranslations('chat');
  const safety = useTranslations('safety');
  const blocked = useBlocked();
  const { models } = useModels();
  const nameOf = useNameOf();
  // What I folded away in the room is not spread out here.
  const folded = message.sender !== null && blocked.has(message.sender.id);
  const name = message.ai ? modelName(models, message.ai.provider, message.ai.model) : message.sender ? nameOf(message.sender) : chat('somebody');
  return (
    <span className="grid min-w-0 grow gap-0.5">
      <span className="flex min-w-0 items-baseline gap-1.5 text-[12.5px]/4 text-text-3">
        {message.ai && <Icon name="spark" size={12} className="self-center text-accent" />}
        <b className="max-w-[45%] truncate font-semibold text-text-2"><bdi>{name}</bdi></b>
        <span dir="auto" className="min-w-0 grow truncate">{unturned(room.name)}</span>
        <ListTime at={message.created_at} className="shrink-0 tabular-nums" />
      </span>
      <span dir="auto" className="line-clamp-2 text-[13.5px]/5 break-words">
        {folded ? safety('folded') : pieces(excerpt, matches).map(({ text, found }, i) => (found ? <mark key={i} className="rounded-1 bg-warn-soft font-semibold text-text">{unturned(text)}</mark> : unturned(text)))}
      </span>
    </span>
  );
}
