'use client';

import { useTranslations } from 'next-intl';
import { Time } from '@/components/time';
import { Button } from '@/components/ui/button';
import { useNameOf } from '@/components/use-name-of';
import { useErrorText } from '@/components/use-error-text';
import { unturned } from '@/lib/bidi';
import { useAuditLog, type AuditEntry } from '../api/audit-log';

/** Who did what to the room, newest first. */
export function AuditLog({ roomId }: { roomId: string }) {
  const t = useTranslations('audit');
  const errorText = useErrorText();
  const { data, isPending, isError, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useAuditLog(roomId);
  const entries = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section aria-label={t('title')} className="grid gap-2">
      {isPending && <p role="status" className="text-[13px]/5 text-text-3">{t('loading')}</p>}
      {isError && <p role="alert" className="text-[13px]/5 text-danger">{errorText(error)}</p>}
      <ol className="grid gap-1.5">
        {entries.map((entry) => (
          <li key={entry.id} className="flex flex-wrap items-baseline gap-x-2 text-[13.5px]/5">
            <span className="min-w-0 break-words"><Said entry={entry} /></span>
            <span className="text-[12.5px] text-text-3 tabular-nums"><Time at={entry.created_at} /></span>
          </li>
        ))}
      </ol>
      {hasNextPage && <Button className="justify-self-start" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('more')}</Button>}
    </section>
  );
}

/** One line in the reader's language. What this version of the page does not know yet is named as the log has it. */
function Said({ entry }: { entry: AuditEntry }) {
  const t = useTranslations('audit');
  const roles = useTranslations('roles');
  const nameOf = useNameOf();
  const named = (person: AuditEntry['actor'], nobody: string) => (person === null ? nobody : unturned(nameOf(person)));
  const role = (value: string | undefined) => (value !== undefined && roles.has(value) ? roles(value) : '');
  // A role that stays is another limit.
  const limited = entry.act === 'member.changed' && entry.details.role_before === undefined;
  const act = `acts.${limited ? 'member_limited' : entry.act.replaceAll('.', '_')}`;
  const who = named(entry.actor, t('house'));
  if (!t.has(act)) return t('other', { who, act: entry.act });
  return t(act, { who, whom: named(entry.subject, ''), role: role(entry.details.role), before: role(entry.details.role_before) || 'none', days: Number(entry.details.days ?? 0) });
}
