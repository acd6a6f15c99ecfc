'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { useCopy } from '@/components/use-copy';
import type { IconName } from '@/components/ui/icon';
import { Menu, MenuItem, MenuLine } from '@/components/ui/menu';
import { useLive } from '@/lib/live/provider';
import { removeLater, UNDO_SHOWN_MS } from '@/lib/live/removals';
import { may } from '@/lib/rights';
import { notify } from '@/stores/toasts';
import { useUi } from '@/stores/ui';
import { useForwarding } from '../utils/forwarding';
import { linkTo } from '../utils/link-to';
import type { MessageActionsProps } from './message-menu';

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

/** Everything that can be done with a message. */
export function MessageActions({ trigger, defaultOpen, message, role, onReact, onReply, onEdit, onExclude, onTrouble }: MessageActionsProps & { defaultOpen: boolean }) {
  const t = useTranslations('chat');
  const replies = useTranslations('reply');
  const reactions = useTranslations('reactions');
  const forwards = useTranslations('forward');
  const safety = useTranslations('safety');
  const forks = useTranslations('fork');
  const { me, client } = useLive();
  const own = message.sender?.id === me.id || message.visibility === 'private';
  const settled = message.status !== 'pending' && message.status !== 'streaming';
  const remove = () => {
    const keep = removeLater(client, message.room_id, message.id, onTrouble);
    notify({ text: t('deletedNow'), action: { label: t('undo'), run: keep } }, UNDO_SHOWN_MS);
  };
  return (
    <Menu trigger={trigger} defaultOpen={defaultOpen}>
      {onReact && <MenuItem icon="smile" onSelect={onReact}>{reactions('add')}</MenuItem>}
      {onReply && <MenuItem icon="reply" onSelect={onReply}>{replies('do')}</MenuItem>}
      {settled && message.visibility === 'public' && message.content.trim() !== '' && <MenuItem icon="forward" onSelect={() => useForwarding.setState({ message })}>{forwards('do')}</MenuItem>}
      {settled && message.visibility === 'public' && may.fork(role) && <MenuItem icon="fork" onSelect={() => useUi.setState({ forking: { roomId: message.room_id, upTo: message.id } })}>{forks('doHere')}</MenuItem>}
      <CopyItem icon="copy" text={() => message.content}>{t('copyText')}</CopyItem>
      <CopyItem icon="link" text={() => linkTo(message)}>{t('copyLink')}</CopyItem>
      {onEdit && <MenuItem icon="edit" onSelect={onEdit}>{t('edit')}</MenuItem>}
      {onExclude && <MenuItem icon={message.exclude_from_ai ? 'eye' : 'eye-off'} onSelect={onExclude}>{t(message.exclude_from_ai ? 'include' : 'exclude')}</MenuItem>}
      {!own && settled && !message.deleted_at && <MenuItem icon="flag" onSelect={() => useUi.getState().setReporting(message.id)}>{safety('reportItem')}</MenuItem>}
      {may.removeMessage(role, own) && settled && (
        <>
          <MenuLine />
          <MenuItem icon="trash" danger onSelect={remove}>{t('delete')}</MenuItem>
        </>
      )}
    </Menu>
  );
}
