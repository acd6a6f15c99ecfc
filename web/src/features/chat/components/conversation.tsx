'use client';

import { useTranslations } from 'next-intl';
import clsx from 'clsx';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { lazily } from '@/components/ui/lazily';
import { nameOf } from '@/components/ui/face';
import { usePerson, useRoom, useTimeline } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { useMounted } from '@/lib/live/use-mounted';
import type { Message } from '@/lib/protocol/types';
import { useUi } from '@/stores/ui';
import type { Attempt } from '../api/list-attempts';
import { entriesOf, newestEntries, type Entry } from '../utils/entries';
import { TextRows } from '../utils/text-rows';
import { useFocusedRow } from '../hooks/use-focused-row';
import { usePermalink } from '../hooks/use-permalink';
import { useReading } from '../hooks/use-reading';
import { useReplyKey } from '../hooks/use-reply';
import { useStickToEnd } from '../hooks/use-stick-to-end';
import { AiMessage } from './ai-message';
import { HumanMessage } from './human-message';
import { BeginsLine, CutoffLine, DayLine, NewLine } from './lines';
import { SystemNote } from './system-note';
import { ToFirstNew } from './to-first-new';
import { TypingLine } from './typing-line';
import { UnsentMessage } from './unsent-message';

const EmptyRoom = lazily(async () => (await import('./empty-room')).EmptyRoom, () => null);

const NEAR_EDGE = 800;

export interface ConversationHandle {
  toEnd(): void;
}

/** The messages of a room, from the newest upwards; older ones come by scrolling. */
export function Conversation({ roomId, messageId, handle }: { roomId: string; messageId: string | null; handle: { current: ConversationHandle | null } }) {
  const t = useTranslations('chat');
  const { me, client } = useLive();
  const view = useRoom(roomId);
  const timeline = useTimeline(roomId);
  const mounted = useMounted();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const column = useRef<HTMLDivElement>(null);
  const { readId, atEndChanged } = useReading(roomId);
  const following = useCallback((atEnd: boolean) => {
    client.follows(roomId, atEnd);
    atEndChanged(atEnd);
  }, [atEndChanged, client, roomId]);
  const stick = useStickToEnd(scroller, column, following, messageId === null);
  const editing = useUi((ui) => ui.editing);
  const [looked, look] = useLooked();
  const textsOf = useTexts(editing, looked);

  const entries = useMemo(
    () => entriesOf(timeline, {
      myId: me.id, cutoffAt: view?.room.ai_context_cutoff_at ?? null, beginsAt: view?.room.history_begins_at ?? null, readId,
      // The reader's day is known in the browser alone.
      dayOf: mounted ? dayOf : (at) => at.slice(0, 10), textsOf,
    }),
    [timeline, me.id, view?.room.ai_context_cutoff_at, view?.room.history_begins_at, readId, mounted, textsOf],
  );
  const questions = useMemo(() => new Map(timeline.messages.map((message) => [message.id, message])), [timeline]);
  const owner = usePerson(roomId, view?.room.owner_id);
  const shift = useShift(entries);
  const kept = useFocusedRow(column, entries);
  useReplyKey(roomId, column);

  const { marked, seeking, leave } = usePermalink({ roomId, messageId, entries, list, toEnd: stick.toEnd });

  useEffect(() => {
    handle.current = {
      toEnd: () => {
        leave();
        if (timeline.hasNewer) void client.loadNewest(roomId).then(stick.toEnd);
        else stick.toEnd();
      },
    };
  });

  // Few or short messages leave no room to scroll, by which older ones would come.
  useEffect(() => {
    const element = scroller.current;
    if (element && mounted && timeline.hasOlder && element.scrollHeight <= element.clientHeight) void client.loadOlder(roomId);
  }, [client, mounted, roomId, timeline]);

  // A room that is entered shows its newest messages, wherever in it a link had led before.
  useEffect(() => {
    if (messageId === null && client.timeline(roomId).hasNewer) void client.loadNewest(roomId);
  }, [client, messageId, roomId]);

  const scrolled = () => {
    const element = scroller.current;
    if (!element) return;
    stick.scrolled();
    if (timeline.hasOlder && element.scrollTop < NEAR_EDGE) void client.loadOlder(roomId);
    if (timeline.hasNewer && element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_EDGE) void client.loadNewer(roomId);
  };

  const render = (entry: Entry) => {
    switch (entry.kind) {
      case 'begins':
        return <BeginsLine key={entry.key} at={entry.at} days={view?.room.retention_days ?? null} />;
      case 'day':
        return <DayLine key={entry.key} at={entry.at} />;
      case 'cutoff':
        return <CutoffLine key={entry.key} />;
      case 'new':
        return <NewLine key={entry.key} />;
      case 'unsent':
        return <UnsentMessage key={entry.key} unsent={entry.unsent} first={entry.first} />;
      case 'message': {
        const { message } = entry;
        if (message.type === 'system') return <SystemNote key={entry.key} row={entry.key} message={message} marked={marked === message.id} />;
        const role = view?.room.role ?? 'reader';
        if (message.type === 'ai') {
          return (
            <AiMessage
              key={entry.key} row={entry.key} part={entry.part} message={message} role={role} marked={marked === message.id} payer={owner ? nameOf(owner) : null}
              earlier={looked.get(message.id)} onLook={look}
              own={questionOf(questions, message)?.sender?.id === me.id}
            />
          );
        }
        return <HumanMessage key={entry.key} row={entry.key} part={entry.part} message={message} first={entry.first} role={role} marked={marked === message.id} />;
      }
    }
  };

  const empty = timeline.loaded && entries.length === 0 && !timeline.hasOlder;
  const shown = timeline.loaded && !seeking;
  return (
    <div className="relative min-h-0">
      <div ref={scroller} onScroll={scrolled} role="log" aria-label={t('messages')} aria-busy={!shown} tabIndex={0} className={clsx('h-full overflow-y-auto overscroll-contain -outline-offset-2 [scrollbar-gutter:stable_both-edges]', !mounted && 'flex flex-col-reverse')}>
        {/* Its list takes the pointer away from what scrolls. An answer that grows scrolls all the time, and would swallow every other press. */}
        <div ref={column} className={clsx('mx-auto w-full max-w-[808px] px-5 pb-1 *:pointer-events-auto! max-page:px-3.5', !mounted && 'mb-auto')}>
          {!shown && <Loading />}
          {empty ? <EmptyRoom roomId={roomId} /> : !seeking && (
            mounted ? (
              <Virtualizer ref={list} scrollRef={scroller} shift={shift} keepMounted={kept} bufferSize={600}>
                {entries.map(render)}
              </Virtualizer>
            // Before scripts run the newest messages are in the page, and its log stands at their end by itself.
            ) : newestEntries(entries).map(render)
          )}
          <TypingLine roomId={roomId} />
        </div>
      </div>
      <ToFirstNew index={entries.findIndex((entry) => entry.kind === 'new')} list={list} scroller={scroller} />
      {(!stick.atEnd || timeline.hasNewer) && shown && (
        <Button onClick={() => handle.current?.toEnd()} aria-label={t('toEnd')} title={t('toEnd')} className="animate-rise absolute right-5 bottom-3 size-9! rounded-full! p-0! text-text-2 shadow-float max-page:size-11!">
          <Icon name="down" />
        </Button>
      )}
    </div>
  );
}

function questionOf(messages: ReadonlyMap<string, Message>, answer: Message): Message | undefined {
  return answer.answers === null ? undefined : messages.get(answer.answers);
}

/** Earlier attempts that are looked at in their answers' places. */
function useLooked(): [ReadonlyMap<string, Attempt>, (messageId: string, attempt: Attempt | null) => void] {
  const [looked, setLooked] = useState<ReadonlyMap<string, Attempt>>(new Map());
  const look = useCallback((messageId: string, attempt: Attempt | null) => {
    setLooked((before) => {
      if (attempt === null && !before.has(messageId)) return before;
      const after = new Map(before);
      if (attempt === null) after.delete(messageId);
      else after.set(messageId, attempt);
      return after;
    });
  }, []);
  return [looked, look];
}

/** Messages' texts, cut into rows; the one that is being edited stands whole. */
function useTexts(editing: string | null, looked: ReadonlyMap<string, Attempt>) {
  const [rows] = useState(() => new TextRows());
  return useCallback((message: Message): readonly string[] => {
    if (message.id === editing) return [message.content];
    const earlier = looked.get(message.id);
    return earlier ? rows.of(`${message.id} ${earlier.attempt}`, earlier.content) : rows.of(message.id, message.content);
  }, [editing, looked, rows]);
}

const days = new Map<string, string>();

/** The reader's day. Asked for every row whenever anything changes, while the answer never does. */
function dayOf(at: string): string {
  let day = days.get(at);
  if (day === undefined) {
    if (days.size > 2_000) days.clear();
    days.set(at, (day = new Date(at).toDateString()));
  }
  return day;
}

/** Whether this render puts rows before those of the last one, so that what is read stays where it is. */
function useShift(entries: readonly Entry[]): boolean {
  const before = useRef<{ first: string | null; last: string | null }>({ first: null, last: null });
  const rows = entries.filter((entry) => entry.kind === 'message');
  const now = { first: rows[0]?.message.id ?? null, last: rows.at(-1)?.message.id ?? null };
  const held = before.current;
  // Rows let go at the beginning move the others as those do that come before them.
  const shift = held.first !== null && now.first !== null && now.first !== held.first && (now.last === held.last || now.first > held.first);
  useLayoutEffect(() => {
    before.current = now;
  });
  return shift;
}

function Loading() {
  const t = useTranslations('chat');
  return (
    <div role="status" aria-label={t('loading')} className="grid gap-6 pt-8">
      {[72, 90, 54].map((width) => (
        <div key={width} className="grid grid-cols-[32px_1fr] gap-3">
          <span className="animate-breathe size-8 rounded-full bg-surface-2" />
          <span className="grid gap-2 pt-1"><i className="animate-breathe h-3 w-28 rounded-1 bg-surface-2" /><i className="animate-breathe h-3 rounded-1 bg-surface-2" style={{ width: `${width}%` }} /></span>
        </div>
      ))}
    </div>
  );
}
