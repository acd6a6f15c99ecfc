'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { Face, ModelFace, nameOf } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { useMembers, useRoom } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { candidates, completed, queryAt, type Candidate, type Query } from '../utils/mention-completion';

interface Props {
  roomId: string;
  box: RefObject<HTMLTextAreaElement | null>;
  text: string;
  setText: (text: string) => void;
}

const ASK_MS = 150;
const NONE: readonly Candidate[] = [];

/**
 * Offers whom an @ may mean while its name is typed. The focus stays in the box: its keys move in the list, but for those of an input
 * method that composes.
 */
export function MentionCompletion({ roomId, box, text, setText }: Props) {
  const t = useTranslations('mentions');
  const { client, me } = useLive();
  const members = useMembers(roomId);
  const role = useRoom(roomId)?.room.role ?? 'reader';
  const [query, setQuery] = useState<Query | null>(null);
  const [at, setAt] = useState(0);
  const caret = useRef<number | null>(null);
  const id = useId();
  // Of a large room not all people are known here.
  const asked = query?.query ?? '';
  useEffect(() => {
    if (asked === '') return;
    const timer = setTimeout(() => void client.people.find(roomId, asked), ASK_MS);
    return () => clearTimeout(timer);
  }, [asked, client, roomId]);
  const offered = useMemo(() => (query === null ? NONE : candidates(query.query, members, { myId: me.id, role })), [me.id, members, query, role]);
  const marked = Math.min(at, offered.length - 1);

  // The name is in the box: the caret goes behind it. Otherwise the text has changed under the caret.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (caret.current !== null) element.setSelectionRange(caret.current, caret.current);
    setQuery(caret.current === null && document.activeElement === element ? queryAt(element.value, element.selectionStart) : null);
    setAt(0);
    caret.current = null;
  }, [box, text]);

  const choose = (candidate: Candidate) => {
    if (query === null) return;
    const done = completed(text, query, candidate.name);
    caret.current = done.caret;
    setText(done.text);
  };

  const latest = useRef<(event: KeyboardEvent) => boolean>(() => false);
  useLayoutEffect(() => {
    latest.current = (event) => {
      const candidate = offered[marked];
      if (!candidate || event.ctrlKey || event.metaKey || event.altKey) return false;
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (step !== 0) setAt((marked + step + offered.length) % offered.length);
      else if (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey)) choose(candidate);
      else if (event.key === 'Escape') setQuery(null);
      else return false;
      return true;
    };
  });

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const keyDown = (event: KeyboardEvent) => {
      if (!event.isComposing && event.keyCode !== 229 && latest.current(event)) event.preventDefault();
    };
    const moved = (event: Event) => {
      if (event instanceof KeyboardEvent && !/^(Arrow(Left|Right)|Home|End)$/.test(event.key)) return;
      setQuery(queryAt(element.value, element.selectionStart));
    };
    const left = () => setQuery(null);
    element.addEventListener('keydown', keyDown);
    element.addEventListener('keyup', moved);
    element.addEventListener('click', moved);
    element.addEventListener('blur', left);
    return () => {
      element.removeEventListener('keydown', keyDown);
      element.removeEventListener('keyup', moved);
      element.removeEventListener('click', moved);
      element.removeEventListener('blur', left);
    };
  }, [box]);

  // The list is told of in the box, which has the focus.
  useEffect(() => {
    const element = box.current;
    if (!element || offered.length === 0) return;
    element.setAttribute('aria-autocomplete', 'list');
    element.setAttribute('aria-controls', `${id}-list`);
    element.setAttribute('aria-activedescendant', `${id}-${marked}`);
    return () => {
      for (const name of ['aria-autocomplete', 'aria-controls', 'aria-activedescendant']) element.removeAttribute(name);
    };
  }, [box, id, marked, offered.length]);

  if (offered.length === 0) return null;
  return (
    <div id={`${id}-list`} role="listbox" aria-label={t('title')} className="animate-rise absolute bottom-full left-0 z-20 mb-1.5 max-h-[min(320px,40dvh)] w-[min(340px,100%)] overflow-y-auto rounded-2 border border-line bg-surface p-1 shadow-float">
      {offered.map((candidate, index) => (
        <div
          key={candidate.user?.id ?? candidate.kind} id={`${id}-${index}`} role="option" aria-selected={index === marked} tabIndex={-1}
          // The press must not take the focus, and the keyboard of a phone with it.
          onPointerDown={(event) => event.preventDefault()} onMouseDown={(event) => event.preventDefault()} onPointerMove={() => setAt(index)} onClick={() => choose(candidate)} onKeyDown={() => undefined}
          className={clsx('flex min-h-10 cursor-pointer items-center gap-2.5 rounded-1 px-2 py-1 text-[13.5px]/5 max-page:min-h-11', index === marked && 'bg-surface-2')}
        >
          {candidate.user ? <Face user={candidate.user} size={26} /> : candidate.kind === 'ai' ? <ModelFace className="size-[26px]!" /> : <span aria-hidden="true" className="grid size-[26px] place-items-center rounded-full bg-surface-2 text-text-2"><Icon name="people" size={16} /></span>}
          <b className="truncate font-medium"><bdi>{candidate.user ? nameOf(candidate.user) : t(candidate.kind === 'ai' ? 'ai' : 'all')}</bdi></b>
          <small className="truncate text-[12.5px] text-text-3">@{candidate.name}</small>
        </div>
      ))}
    </div>
  );
}
