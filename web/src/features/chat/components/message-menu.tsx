'use client';

import { useTranslations } from 'next-intl';
import { useRef, useState, type ComponentProps, type ReactElement, type ReactNode, type RefObject } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { openLazily } from '@/components/ui/open-lazily';
import { useLive } from '@/lib/live/provider';
import type { Message } from '@/lib/protocol/types';
import { may, type Role } from '@/lib/rights';
import { useReply } from '../hooks/use-reply';
import { AddReaction, takesReactions } from './reactions';

interface Props {
  message: Message;
  role: Role;
  onEdit: () => void;
  onTrouble: (error: unknown) => void;
}

export interface MessageActionsProps extends Pick<Props, 'message' | 'role' | 'onTrouble'> {
  trigger: ReactElement<ComponentProps<'button'>>;
  // What is missing the reader may not do.
  onReact?: () => void;
  onReply?: () => void;
  onEdit?: () => void;
  onExclude?: () => void;
}

const MessageActions = openLazily<MessageActionsProps>(async () => (await import('./message-actions')).MessageActions, 'menu');

/** A message's upper corner, over which its buttons float on hover and focus, so that nothing moves. They never slip below the room's head. */
function Corner({ ref, picking, children }: { ref: RefObject<HTMLDivElement | null>; picking: boolean; children: ReactNode }) {
  return (
    <div className="pointer-events-none absolute -top-3 right-2 -bottom-4 pointer-coarse:-top-1 pointer-coarse:right-0">
      <div ref={ref} data-picking={picking || undefined} className="pointer-events-auto sticky top-1 flex rounded-2 border border-line bg-surface p-0.5 opacity-0 shadow-float shift group-hover:opacity-100 group-focus-within:opacity-100 has-data-[state=open]:opacity-100 data-picking:opacity-100 pointer-coarse:static pointer-coarse:border-transparent pointer-coarse:bg-transparent pointer-coarse:opacity-100 pointer-coarse:shadow-none">
        {children}
      </div>
    </div>
  );
}

/** What can be done with one message. */
export function MessageMenu({ message, role, onEdit, onTrouble }: Props) {
  const t = useTranslations('chat');
  const replies = useTranslations('reply');
  const reactions = useTranslations('reactions');
  const { me, client } = useLive();
  const reply = useReply(message.room_id);
  const [picking, setPicking] = useState(false);
  const bar = useRef<HTMLDivElement>(null);
  const own = message.sender?.id === me.id || message.visibility === 'private';
  const writes = may.write(role);
  const actions = {
    onReact: writes && takesReactions(message) ? () => setPicking(true) : undefined,
    onReply: writes ? () => reply(message.id) : undefined,
    onEdit: own && message.type === 'human' && writes ? onEdit : undefined,
    onExclude: may.exclude(role, own) ? () => void client.exclude(message.room_id, message.id, !message.exclude_from_ai).catch(onTrouble) : undefined,
  };
  return (
    <Corner ref={bar} picking={picking}>
      {actions.onReact && <IconButton icon="smile" small label={reactions('add')} onClick={actions.onReact} className="pointer-coarse:hidden" />}
      {actions.onReply && <IconButton icon="reply" small label={replies('do')} title={replies('doKey')} onClick={actions.onReply} className="pointer-coarse:hidden" />}
      {actions.onExclude && <IconButton icon={message.exclude_from_ai ? 'eye' : 'eye-off'} small className="pointer-coarse:hidden" label={t(message.exclude_from_ai ? 'include' : 'exclude')} onClick={actions.onExclude} />}
      {actions.onEdit && <IconButton icon="edit" small label={t('edit')} onClick={actions.onEdit} className="pointer-coarse:hidden" />}
      <MessageActions trigger={<IconButton icon="more" small label={t('more')} />} message={message} role={role} onTrouble={onTrouble} {...actions} />
      {picking && (
        <AddReaction
          message={message}
          close={() => {
            setPicking(false);
            bar.current?.querySelector<HTMLElement>('button:last-of-type')?.focus();
          }}
        />
      )}
    </Corner>
  );
}
