'use client';

import { useTranslations } from 'next-intl';
import { Time } from '@/components/time';
import { Button } from '@/components/ui/button';
import { useNameOf } from '@/components/use-name-of';
import { useErrorText } from '@/components/use-error-text';
import { useMembers } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { go } from '@/lib/live/navigation';
import { useReports, useResolveReport, type Report } from '../api/reports';

/** What was reported, as it was then, newest first, and what was made of it. */
export function ReportList({ roomId, close }: { roomId: string; close: () => void }) {
  const t = useTranslations('safety');
  const errorText = useErrorText();
  const { data, isPending, isError, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useReports(roomId);
  const resolve = useResolveReport(roomId);
  const nameOf = useNameOf();
  const { client } = useLive();
  const members = useMembers(roomId);
  const reports = data?.pages.flatMap(({ items }) => items) ?? [];
  const trouble = resolve.error ?? (isError ? error : null);
  const author = ({ message }: Report) => {
    if (message.type === 'ai') return t('theAi');
    const user = members.find((member) => member.user.id === message.sender_id)?.user ?? client.people.person(roomId, message.sender_id ?? undefined);
    return user ? nameOf(user) : t('somebody');
  };
  return (
    <div className="grid gap-3">
      {trouble !== null && <p role="alert" className="text-[13px]/5 text-danger">{errorText(trouble)}</p>}
      {!isPending && !isError && reports.length === 0 && <p className="text-[14px]/[22px] text-text-2">{t('noReports')}</p>}
      <ul className="grid gap-3">
        {reports.map((report) => (
          <li key={report.id} data-resolution={report.resolution ?? ''} className="grid gap-2 rounded-2 border border-line p-3">
            <p className="flex flex-wrap items-baseline gap-x-2 text-[13px]/5"><b className="font-semibold">{t(`reasons.${report.reason}`)}</b><span className="text-text-3">{t('reportedBy', { name: nameOf(report.reporter) })} <Time at={report.created_at} /></span></p>
            {report.note && <p dir="auto" className="text-[13.5px]/5 whitespace-pre-wrap text-text-2">{report.note}</p>}
            <blockquote className="max-h-40 overflow-y-auto border-l-2 border-line-strong pl-3 text-[14px]/[22px]">
              <span className="block text-[12.5px]/[18px] text-text-3">{author(report)}</span>
              <span dir="auto" className="whitespace-pre-wrap">{report.message.content}</span>
            </blockquote>
            <div className="flex flex-wrap items-center justify-end gap-2">
              <Button className="mr-auto h-9" onClick={() => { close(); go(`/rooms/${roomId}?message=${report.message_id}`); }}>{t('toMessage')}</Button>
              {report.resolution ? <span className="text-[13px] text-text-3">{t(report.resolution)}</span> : (
                <>
                  <Button className="h-9" disabled={resolve.isPending} onClick={() => resolve.mutate({ reportId: report.id, resolution: 'dismissed' })}>{t('dismiss')}</Button>
                  <Button className="h-9" disabled={resolve.isPending} onClick={() => resolve.mutate({ reportId: report.id, resolution: 'acted' })}>{t('act')}</Button>
                </>
              )}
            </div>
          </li>
        ))}
      </ul>
      {hasNextPage && <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('more')}</Button>}
    </div>
  );
}
