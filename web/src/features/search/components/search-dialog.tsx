'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Dialog } from '@/components/ui/dialog';
import { Icon } from '@/components/ui/icon';
import { nameOf } from '@/components/ui/face';
import { unturned } from '@/lib/bidi';
import { isComposing } from '@/lib/composing';
import { useConnection, useRoom, useRooms } from '@/lib/live/hooks';
import { go } from '@/lib/live/navigation';
import { useKnownPeople, type Person } from '../api/known-people';
import { useSearch, type Hit } from '../api/search-messages';
import { holds, NO_FILTERS, wantedOf, type Filters } from '../utils/query';
import { FilterBar } from './filter-bar';
import { Findings } from './findings';
import { State } from './state';

const ROOMS = 6;
const PEOPLE = 4;

/** What can be chosen: a room to go to, somebody whose messages one wants, a message. */
export type Option = { kind: 'room'; id: string; name: string } | { kind: 'person'; id: string; user: Person } | { kind: 'hit'; id: string; hit: Hit };

/** One place to find rooms, people and messages, in all of my rooms or in one. The keys stay in the box and move in the list. */
export function SearchDialog({ roomId, close }: { roomId: string | null; close: () => void }) {
  const t = useTranslations('search');
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState('');
  const [filters, setFilters] = useState<Filters>({ ...NO_FILTERS, roomId });
  const [at, setAt] = useState(0);
  const rooms = useRooms();
  const here = useRoom(filters.roomId ?? '');
  const people = useKnownPeople(filters.roomId);
  const offline = useConnection() === 'waiting';
  const wanted = useMemo(() => wantedOf(typed, filters), [typed, filters]);
  const search = useSearch(wanted);

  const options = useMemo((): Option[] => {
    const everywhere = filters.roomId === null && filters.senderId === null && !filters.fromAi;
    const found = everywhere ? rooms.filter(({ room }) => holds(room.name, typed)).slice(0, ROOMS) : [];
    const named = typed.trim() === '' || filters.senderId !== null ? [] : people.filter((user) => holds(`${nameOf(user)} ${user.username}`, typed.replace(/^@/, ''))).slice(0, PEOPLE);
    return [
      ...found.map(({ room }) => ({ kind: 'room', id: room.id, name: room.name }) as const),
      ...named.map((user) => ({ kind: 'person', id: user.id, user }) as const),
      ...search.hits.map((hit) => ({ kind: 'hit', id: hit.message.id, hit }) as const),
    ];
  }, [filters, people, rooms, search.hits, typed]);
  const marked = Math.min(at, options.length - 1);

  useEffect(() => {
    list.current?.querySelector('[data-marked=true]')?.scrollIntoView({ block: 'nearest' });
  }, [marked]);

  const narrow = (change: Partial<Filters>) => {
    setFilters((before) => ({ ...before, ...change }));
    setAt(0);
  };
  const choose = (option: Option) => {
    if (option.kind === 'person') {
      narrow({ senderId: option.id, fromAi: false });
      return setTyped('');
    }
    close();
    go(option.kind === 'room' ? `/rooms/${option.id}` : `/rooms/${option.hit.room.id}?message=${option.id}`);
  };
  const key = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt(Math.min(options.length - 1, Math.max(0, marked + step)));
    }
    const option = options[marked];
    if (event.key === 'Enter' && option) {
      event.preventDefault();
      // What is still shown of the words before is not what was asked for.
      if (option.kind !== 'hit' || !search.stale) choose(option);
    }
  };

  const title = here ? t('titleIn', { room: unturned(here.room.name) }) : t('title');
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={title}>
      <div className="flex items-center gap-2 rounded-2 border border-line-strong px-3 focus-within:border-accent">
        <Icon name="search" size={16} className="text-text-3" />
        <input
          role="combobox" aria-expanded={options.length > 0} aria-controls={`${id}-list`} aria-activedescendant={options.length > 0 ? `${id}-${marked}` : undefined} aria-label={title} placeholder={t(here ? 'placeholderIn' : 'placeholder')}
          value={typed} onKeyDown={key} autoFocus autoComplete="off" spellCheck={false} enterKeyHint="search"
          onChange={({ target }) => {
            setTyped(target.value);
            setAt(0);
          }}
          className="h-10 w-full min-w-0 bg-transparent text-[15px]/5 outline-none placeholder:text-text-3 max-page:h-11"
        />
      </div>
      <FilterBar filters={filters} people={people} narrow={narrow} />
      <div ref={list} className="-mx-2 mt-2 h-[min(46dvh,420px)] overflow-y-auto" aria-busy={search.searching}>
        <Findings id={id} options={options} marked={marked} stale={search.stale} mark={setAt} choose={choose} />
        <State typed={typed} asks={wanted !== null} filters={filters} found={options.length} search={search} offline={offline} />
      </div>
    </Dialog>
  );
}
