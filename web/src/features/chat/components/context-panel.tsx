'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { IconButton } from '@/components/ui/icon-button';
import { useErrorText } from '@/components/use-error-text';
import { useRoom, useTimeline } from '@/lib/live/hooks';
import { goOnClick } from '@/lib/live/navigation';
import { useLive } from '@/lib/live/provider';
import { may } from '@/lib/rights';
import { notify } from '@/stores/toasts';
import type { Asked, ContextItem } from '../api/preview-context';
import { useContextParts } from '../api/use-context';

/** What the AI would see, in the order in which it is sent: each part with its share of the tokens, and what can be done with it. */
export function ContextPanel({ roomId, text, asked, done }: { roomId: string; text: string; asked: Asked; done: () => void }) {
  const t = useTranslations('context');
  const errorText = useErrorText();
  const { me } = useLive();
  const role = useRoom(roomId)?.room.role ?? 'reader';
  const { messages } = useTimeline(roomId);
  const { data, error, exclude, startAt } = useContextParts(roomId, text, asked);
  if (error) return <p role="alert" className="text-[14px]/5 text-text-2">{errorText(error)}</p>;
  if (!data) return <p className="min-h-40" aria-busy />;
  const most = Math.max(1, ...data.items.map((item) => item.tokens));
  const amiss = { onError: (reason: unknown) => notify({ text: errorText(reason), amiss: true }) };
  const own = (item: ContextItem) => item.author === me.username || messages.some((answer) => answer.id === item.message_id && messages.some((question) => question.id === answer.answers && question.sender?.id === me.id));
  return (
    <div className="grid gap-3 text-[13.5px]/5">
      <p className="text-text-2">{t('hint')}</p>
      <p className="font-semibold tabular-nums">{t('total', { count: data.total_tokens, limit: data.limit })}</p>
      {data.truncated && <p className="text-warn">{t('truncated')}</p>}
      {data.items.length === 0 && <p className="text-text-3">{t('empty')}</p>}
      <ol className="grid gap-1">
        {data.items.map((item, i) => (
          <li key={item.message_id ?? `${item.kind}-${i}`} data-kind={item.kind} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-2 rounded-2 border border-line px-3 py-2">
            <div className="min-w-0">
              <p className="flex items-baseline gap-2 text-[12.5px]/[18px] text-text-3">
                <b className="truncate font-semibold text-text-2">{item.kind === 'message' ? <bdi>{item.author === '' ? t('answer') : item.author}</bdi> : t(`kinds.${item.kind}`)}</b>
                <span className="tabular-nums">{item.tokens}</span>
              </p>
              {item.kind === 'summary'
                ? <p dir="auto" className="max-h-48 overflow-y-auto whitespace-pre-wrap">{item.text}</p>
                : item.message_id === null
                  ? <p dir="auto" className="truncate">{item.text}</p>
                  : (
                    <Link
                      href={`/rooms/${roomId}?message=${item.message_id}`} prefetch={false} dir="auto" className="block truncate hover:underline"
                      onClick={(event) => {
                        done();
                        goOnClick(event);
                      }}
                    >
                      {item.text}
                    </Link>
                  )}
              <span aria-hidden="true" className="mt-1 block h-1 rounded-full bg-surface-2"><i className="block h-1 rounded-full bg-accent" style={{ width: `${(100 * item.tokens) / most}%` }} /></span>
            </div>
            {item.message_id !== null && (
              <span className="flex">
                {may.settings(role) && <IconButton icon="spark" small label={t('startHere')} disabled={startAt.isPending} onClick={() => startAt.mutate(item.message_id!, amiss)} />}
                {may.exclude(role, own(item)) && <IconButton icon="eye-off" small label={t('exclude')} disabled={exclude.isPending} onClick={() => exclude.mutate(item.message_id!, amiss)} />}
              </span>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
