'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { memo } from 'react';
import { Markdown } from '@/components/markdown/markdown';
import { Time } from '@/components/time';
import { Face } from '@/components/ui/face';
import { useNameOf } from '@/components/use-name-of';
import { Icon } from '@/components/ui/icon';
import { lazily } from '@/components/ui/lazily';
import type { Message } from '@/lib/protocol/types';
import type { Role } from '@/lib/rights';
import { useUi } from '@/stores/ui';
import type { Part } from '../utils/entries';
import { useFolded } from '../hooks/use-folded';
import { FoldedMessage } from './folded-message';
import { MessageMenu } from './message-menu';
import { Named } from './named';
import { Origin } from './origin';
import { Quote } from './quote';
import { Reactions } from './reactions';
import { Tombstone } from './tombstone';
import { useTrouble } from './trouble';

const EditBox = lazily(async () => (await import('./edit-box')).EditBox);

interface Props {
  message: Message;
  row: string;
  part: Part;
  first: boolean;
  role: Role;
  marked: boolean;
}

/** What a person wrote, or one row of it if it is long. */
export const HumanMessage = memo(function HumanMessage({ message, row, part, first, role, marked }: Props) {
  const t = useTranslations('chat');
  const report = useTrouble();
  const editing = useUi((ui) => ui.editing === message.id);
  const setEditing = useUi((ui) => ui.setEditing);
  const [folded, unfold] = useFolded(message);
  const { sender, exclude_from_ai: excluded } = message;
  const nameOf = useNameOf();
  const name = sender ? nameOf(sender) : t('somebody');
  const { head, tail } = part;

  if (message.deleted_at) return <Tombstone message={message} row={row} name={name} marked={marked} />;
  if (folded) return head ? <FoldedMessage id={message.id} row={row} onShow={unfold} /> : <i hidden />;
  return (
    <article
      id={head ? `m-${message.id}` : undefined} data-row={row} aria-label={t(head ? 'messageOf' : 'messageOn', { name })} aria-current={marked || undefined} data-status={message.status}
      className={clsx('group relative -mx-3 grid grid-cols-[32px_minmax(0,1fr)] gap-3 rounded-2 px-3 max-page:-mx-2 max-page:grid-cols-[28px_minmax(0,1fr)] max-page:gap-2.5 max-page:px-2', head && (first ? 'pt-2' : 'pt-0.5'), tail && (first ? 'pb-2' : 'pb-0.5'), marked ? 'bg-accent-soft' : message.visibility === 'private' && HUSHED)}
    >
      {first && sender ? <Face user={sender} className={clsx('mt-0.5 max-page:scale-90', excluded && 'opacity-55')} /> : !head ? <span /> : <span aria-hidden="true" className="pt-0.5 text-center text-[10.5px]/5 text-text-3 tabular-nums opacity-0 group-hover:opacity-100"><Time at={message.created_at} /></span>}
      <div className="min-w-0">
        {first && (
          <header className="flex min-h-[22px] items-baseline gap-2 text-[13px]/[22px]">
            <b className={clsx('truncate text-[14px] font-[650]', excluded && 'opacity-55')}><bdi>{name}</bdi></b>
            <Time at={message.created_at} className="text-[12.5px] text-text-3 tabular-nums" />
            {message.visibility === 'private' && <OnlyYou />}
            {excluded && <Excluded />}
          </header>
        )}
        {head && !first && excluded && <span className="float-right"><Excluded /></span>}
        {head && message.forwarded && <Origin forwarded={message.forwarded} />}
        {head && message.reply_to && <Quote roomId={message.room_id} messageId={message.reply_to} />}
        {editing ? (
          <EditBox message={message} onDone={() => setEditing(null)} />
        ) : (
          <div className={clsx(excluded && 'opacity-55')}>
            <Named message={message}><Markdown text={part.text} author="person" continued={!head} /></Named>
            {tail && message.edited_at && <small className="text-[12px] text-text-3">{t('edited')}</small>}
          </div>
        )}
        {tail && <Reactions message={message} role={role} />}
      </div>
      {head && !editing && <MessageMenu message={message} role={role} onEdit={() => setEditing(message.id)} onTrouble={report} />}
    </article>
  );
});

/** How a row looks that nobody else sees. */
export const HUSHED = 'bg-private-soft shadow-[inset_2px_0_0_var(--private-line)]';

export function OnlyYou() {
  const t = useTranslations('private');
  return <em className="inline-flex items-center gap-1 self-center text-[12px] whitespace-nowrap text-private not-italic"><Icon name="lock" size={14} />{t('onlyYou')}</em>;
}

export function Excluded() {
  const t = useTranslations('chat');
  return <em className="ml-auto inline-flex items-center gap-1 self-center text-[12px] whitespace-nowrap text-text-3 not-italic"><Icon name="eye-off" size={15} />{t('excluded')}</em>;
}
