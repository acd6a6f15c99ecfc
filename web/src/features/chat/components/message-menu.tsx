'use client';

import { useTranslations } from 'next-intl';
import { useRef, useState, type ReactNode, type RefObject } from 'react';
import { useCopy } from '@/components/use-copy';
import type { IconName } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { Menu, MenuItem, MenuLine } from '@/components/ui/lazy-menu';
import { useLive } from '@/lib/live/provider';
import { removeLater, UNDO_SHOWN_MS } from '@/lib/live/removals';
import type { Message } from '@/lib/protocol/types';
import { may, type Role } from '@/lib/rights';
import { notify } from '@/stores/toasts';
import { useUi } from '@/stores/ui';
import { useReply } from '../hooks/use-reply';
import { useForwarding } from '../utils/forwarding';
import { linkTo } from '../utils/link-to';
import { AddReaction, takesReactions } from './reactions';

interface Props {
  message: Message;
  role: Role;
  onEdit: () => void;
  onTrouble: (error: unknown) => void;
}

/** Copies, and says in its own place whether that worked: the menu stays open meanwhile. */
function CopyItem({ icon, text, children }: { icon: IconName; text: () => string; children: ReactNode }) {
  const t = useTranslations('chat');
  const [copied, copy] = useCopy();
  return (
    <MenuItem
      icon={copied === 'idle' ? icon : copied === 'copied' ? 'check' : 'alert'}
      onSelect={(event) => {
        event.preventDefault();
        void copy(text());
      }}
    >
      <span aria-live="polite">{copied === 'idle' ? children : t(copied === 'copied' ? 'copied' : 'copyFailed')}</span>
    </MenuItem>
  );
}

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
  const safety = useTranslations('safety');
  const setReporting = useUi((ui) => ui.setReporting);
  const replies = useTranslations('reply');
  const reactions = useTranslations('reactions');
  const forwards = useTranslations('forward');
  const { me, client } = useLive();
  const reply = useReply(message.room_id);
  const [picking, setPicking] = useState(false);
  const bar = useRef<HTMLDivElement>(null);
  const own = message.sender?.id === me.id;
  const settled = message.status !== 'pending' && message.status !== 'streaming';
  const writes = may.write(role);
  const reacts = writes && takesReactions(message);
  const tried = (work: Promise<unknown>) => void work.catch(onTrouble);
  const remove = () => {
    const keep = removeLater(client, message.room_id, message.id, onTrouble);
    notify({ text: t('deletedNow'), action: { label: t('undo'), run: keep } }, UNDO_SHOWN_MS);
  };
  return (
    <Corner ref={bar} picking={picking}>
      {reacts && <IconButton icon="smile" small label={reactions('add')} onClick={() => setPicking(true)} className="pointer-coarse:hidden" />}
      {writes && <IconButton icon="reply" small label={replies('do')} title={replies('doKey')} onClick={() => reply(message.id)} className="pointer-coarse:hidden" />}
      {may.exclude(role, own) && (
        <IconButton
          icon={message.exclude_from_ai ? 'eye' : 'eye-off'} small className="pointer-coarse:hidden"
          label={t(message.exclude_from_ai ? 'include' : 'exclude')}
          onClick={() => tried(client.exclude(message.room_id, message.id, !message.exclude_from_ai))}
        />
      )}
      {own && message.type === 'human' && writes && <IconButton icon="edit" small label={t('edit')} onClick={onEdit} className="pointer-coarse:hidden" />}
      <Menu trigger={<IconButton icon="more" small label={t('more')} />}>
        {reacts && <MenuItem icon="smile" onSelect={() => setPicking(true)}>{reactions('add')}</MenuItem>}
        {writes && <MenuItem icon="reply" onSelect={() => reply(message.id)}>{replies('do')}</MenuItem>}
        {settled && message.visibility === 'public' && message.content.trim() !== '' && <MenuItem icon="forward" onSelect={() => useForwarding.setState({ message })}>{forwards('do')}</MenuItem>}
        <CopyItem icon="copy" text={() => message.content}>{t('copyText')}</CopyItem>
        <CopyItem icon="link" text={() => linkTo(message)}>{t('copyLink')}</CopyItem>
        {own && message.type === 'human' && writes && <MenuItem icon="edit" onSelect={onEdit}>{t('edit')}</MenuItem>}
        {may.exclude(role, own) && (
          <MenuItem icon={message.exclude_from_ai ? 'eye' : 'eye-off'} onSelect={() => tried(client.exclude(message.room_id, message.id, !message.exclude_from_ai))}>
            {t(message.exclude_from_ai ? 'include' : 'exclude')}
          </MenuItem>
        )}
        {!own && settled && !message.deleted_at && <MenuItem icon="flag" onSelect={() => setReporting(message.id)}>{safety('reportItem')}</MenuItem>}
        {may.removeMessage(role, own) && settled && (
          <>
            <MenuLine />
            <MenuItem icon="trash" danger onSelect={remove}>{t('delete')}</MenuItem>
          </>
        )}
      </Menu>
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
