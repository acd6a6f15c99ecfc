'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { Markdown } from '@/components/markdown/markdown';
import { Face, nameOf } from '@/components/ui/face';
import { Icon } from '@/components/ui/icon';
import { lazily } from '@/components/ui/lazily';
import { useLive } from '@/lib/live/provider';
import type { Unsent } from '@/lib/protocol/types';
import { HUSHED, OnlyYou } from './human-message';
import { Quote } from './quote';

const Held = lazily(async () => (await import('./held')).Held);

/** What was written and has not arrived yet: it stands in its place, with a clock, or says why it was refused. */
export function UnsentMessage({ unsent, first }: { unsent: Unsent; first: boolean }) {
  const t = useTranslations('chat');
  const { me } = useLive();
  const refused = unsent.state === 'refused';
  return (
    <article aria-label={t('messageOf', { name: nameOf(me) })} data-unsent={unsent.state} className={clsx('-mx-3 grid grid-cols-[32px_minmax(0,1fr)] gap-3 px-3 max-page:-mx-2 max-page:grid-cols-[28px_minmax(0,1fr)] max-page:gap-2.5 max-page:px-2', first ? 'py-2' : 'py-0.5', unsent.visibility === 'private' && HUSHED)}>
      {first ? <Face user={me} className="mt-0.5 max-page:scale-90" /> : <span />}
      <div className="min-w-0">
        {first && <header className="flex min-h-[22px] items-baseline gap-2 text-[13px]/[22px]"><b className="text-[14px] font-[650]"><bdi>{nameOf(me)}</bdi></b>{unsent.visibility === 'private' && <OnlyYou />}</header>}
        {unsent.reply_to && <Quote roomId={unsent.room_id} messageId={unsent.reply_to} />}
        <div className="flex items-start gap-2">
          <div className={clsx('min-w-0 grow', !refused && 'opacity-70')}><Markdown text={unsent.content} author="person" /></div>
          {!refused && <span role="img" aria-label={t(unsent.state)} title={t(unsent.state)} className="pt-1 text-text-3"><Icon name="clock" size={15} /></span>}
        </div>
        {(refused || unsent.state === 'queued') && <Held unsent={unsent} />}
      </div>
    </article>
  );
}
