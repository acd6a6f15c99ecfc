'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { nameOf } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { useMoment } from '@/components/use-moment';
import { useErrorText } from '@/components/use-error-text';
import { usePerson } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { ApiError } from '@/lib/protocol/ports';
import type { Room } from '@/lib/protocol/types';
import { notify } from '@/stores/toasts';
import { useAnswerTransfer, useTransfer } from '../api/transfer';

/** The offer itself: what it costs to say yes, for the one who is asked; how to take it back, for the one who asks. */
export function TransferOffer({ room, offeredTo }: { room: Room; offeredTo: string }) {
  const t = useTranslations('transfer');
  const moment = useMoment();
  const errorText = useErrorText();
  const { me } = useLive();
  const owner = usePerson(room.id, room.owner_id);
  const offered = usePerson(room.id, offeredTo);
  const { data, isError, error } = useTransfer(room.id, offeredTo);
  const answer = useAnswerTransfer(room.id);
  const nameFor = (user: typeof owner) => (user ? nameOf(user) : t('somebody'));
  const toMe = offeredTo === me.id;
  const send = (accept: boolean, said: string) => answer.mutate(accept, { onSuccess: () => notify({ text: said }) });
  // It has lapsed, which no event tells.
  if (error instanceof ApiError && error.status === 404 && !answer.isPending) return null;
  const trouble = answer.error ?? (isError ? error : null);
  return (
    <section aria-label={t('title')} className="border-b border-line bg-accent-soft px-5 py-2.5 text-[13.5px]/5 max-page:px-3.5">
      <div className="mx-auto flex max-w-[768px] flex-wrap items-center gap-x-3 gap-y-2">
        <Icon name="people" size={18} className="text-accent max-page:hidden" />
        <p className="min-w-0 grow basis-72">
          {toMe ? t('toMe', { name: nameFor(owner) }) : t('byMe', { name: nameFor(offered) })}
          {data && <span className="text-text-2"> {t(toMe ? 'cost' : 'ends', { people: data.may_ask, tokens: data.charged_tokens, date: moment(data.expires_at) })}</span>}
          {trouble !== null && <span role="alert" className="block text-danger">{errorText(trouble)}</span>}
        </p>
        <span className="flex gap-2">
          {toMe ? (
            <>
              <Button className="h-9" disabled={answer.isPending} onClick={() => send(false, t('declined'))}>{t('decline')}</Button>
              {/* Nobody says yes before they were told what it costs. */}
              <Button kind="primary" className="h-9" disabled={answer.isPending || !data} onClick={() => send(true, t('accepted'))}>{t('accept')}</Button>
            </>
          ) : (
            <Button className="h-9" disabled={answer.isPending} onClick={() => send(false, t('takenBack'))}>{t('takeBack')}</Button>
          )}
        </span>
      </div>
    </section>
  );
}
