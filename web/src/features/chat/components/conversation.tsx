'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { nameOf } from '@/components/ui/face';
import { useMembers, useRoom, useTimeline } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { useMounted } from '@/lib/live/use-mounted';
import type { Message } from '@/lib/protocol/types';
import { entriesOf, type Entry } from '../utils/entries';
import { useFocusedRow } from '../hooks/use-focused-row';
import { usePermalink } from '../hooks/use-permalink';
import { useReading } from '../hooks/use-reading';
import { useStickToEnd } from '../hooks/use-stick-to-end';
import { AiMessage } from './ai-message';
import { EmptyRoom } from './empty-room';
import { HumanMessage } from './human-message';
import { CutoffLine, DayLine, NewLine } from './lines';
import { ToFirstNew } from './to-first-new';
import { TypingLine } from './typing-line';
import { UnsentMessage } from './unsent-message';

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
  const members = useMembers(roomId);
  const mounted = useMounted();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const column = useRef<HTMLDivElement>(null);
  const { readId, atEndChanged } = useReading(roomId);
  const stick = useStickToEnd(scroller, column, atEndChanged, messageId === null);

  const entries = useMemo(
    () => entriesOf(timeline, {
      myId: me.id, cutoffAt: view?.room.ai_context_cutoff_at ?? null, readId,
      // The reader's day is known in the browser alone.
      dayOf: (at) => (mounted ? new Date(at).toDateString() : at.slice(0, 10)),
    }),
    [timeline, me.id, view?.room.ai_context_cutoff_at, readId, mounted],
  );
  const questions = useMemo(() => new Map(timeline.messages.map((message) => [message.id, message])), [timeline]);
  const owner = members.find((member) => member.user.id === view?.room.owner_id);
  const shift = useShift(entries);
  const kept = useFocusedRow(column, entries);

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
        const role = view?.room.role ?? 'reader';
        if (message.type === 'ai') {
          return (
            <AiMessage
              key={entry.key} message={message} role={role} marked={marked === message.id} payer={owner ? nameOf(owner.user) : null}
              own={questionOf(questions, message)?.sender?.id === me.id}
            />
          );
        }
        return <HumanMessage key={entry.key} message={message} first={entry.first} role={role} marked={marked === message.id} />;
      }
    }
  };

  const empty = timeline.loaded && entries.length === 0;
  const shown = timeline.loaded && !seeking;
  return (
    <div className="relative min-h-0">
      <div ref={scroller} onScroll={scrolled} role="log" aria-label={t('messages')} aria-busy={!shown} tabIndex={0} className="h-full overflow-y-auto overscroll-contain -outline-offset-2 [scrollbar-gutter:stable_both-edges]">
        <div ref={column} className="mx-auto max-w-[808px] px-5 pb-1 max-page:px-3.5">
          {!shown && <Loading />}
          {empty ? <EmptyRoom roomId={roomId} /> : !seeking && (
            <Virtualizer key={mounted ? 'live' : 'first'} ref={list} scrollRef={scroller} shift={shift} keepMounted={kept} ssrCount={mounted ? undefined : Math.min(entries.length, 60)} bufferSize={600}>
              {entries.map(render)}
            </Virtualizer>
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

/** Whether this render puts rows before those of the last one, so that what is read stays where it is. */
function useShift(entries: readonly Entry[]): boolean {
  const before = useRef<{ first: string | null; last: string | null }>({ first: null, last: null });
  const rows = entries.filter((entry) => entry.kind === 'message');
  const now = { first: rows[0]?.message.id ?? null, last: rows.at(-1)?.message.id ?? null };
  const held = before.current;
  const shift = held.first !== null && now.first !== null && now.first < held.first && now.last === held.last;
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
