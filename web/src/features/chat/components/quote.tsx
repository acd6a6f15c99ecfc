'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useNameOf } from '@/components/use-name-of';
import { Icon } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { useBlocked } from '@/lib/live/blocks';
import { goOnClick } from '@/lib/live/navigation';
import { plainLine } from '@/lib/markdown/plain-line';
import { modelName, useModels } from '@/lib/models/use-models';
import { useUi } from '@/stores/ui';
import { useMessage } from '../api/get-message';

/** One line of the message that another one answers. It leads there, also where that is not loaded. */
export function Quote({ roomId, messageId }: { roomId: string; messageId: string }) {
  const t = useTranslations('reply');
  const words = useLine(useMessage(roomId, messageId));
  return (
    <Link
      href={`/rooms/${roomId}?message=${messageId}`} prefetch={false} onClick={goOnClick} aria-label={words.name === '' ? words.text : t('to', words)}
      className="shift mb-0.5 flex min-w-0 items-center gap-1.5 border-l-2 border-line-strong pl-2 text-[13px]/[22px] text-text-3 hover:bg-surface-2 hover:text-text-2 max-page:min-h-11"
    >
      <Line {...words} />
    </Link>
  );
}

/** Above the box: what the next message answers, and the way out. */
export function Replying({ roomId }: { roomId: string }) {
  const replying = useUi((ui) => ui.replying[roomId] ?? null);
  return replying !== null && <Target roomId={roomId} messageId={replying} />;
}

function Target({ roomId, messageId }: { roomId: string; messageId: string }) {
  const t = useTranslations('reply');
  const setReplying = useUi((ui) => ui.setReplying);
  const words = useLine(useMessage(roomId, messageId));
  return (
    <div role="group" aria-label={words.name === '' ? words.text : t('to', words)} className="mb-1.5 flex items-center gap-2 rounded-2 border border-line bg-surface py-0.5 pr-1 pl-3 text-[13px]/5 text-text-2">
      <Icon name="reply" size={16} className="text-accent" />
      <p className="flex min-w-0 grow items-center gap-1.5"><Line {...words} /></p>
      <IconButton
        icon="close" small label={t('cancel')} title={t('cancelKey')}
        onClick={() => {
          setReplying(roomId, null);
          document.getElementById('message-box')?.focus();
        }}
      />
    </div>
  );
}

function Line({ name, text }: { name: string; text: string }) {
  return <>{name !== '' && <b className="max-w-[40%] shrink-0 truncate font-semibold"><bdi>{name}</bdi></b>}<span dir="auto" className="min-w-0 truncate">{text}</span></>;
}

/** A message in one line: whose, and its first words or what became of it. */
function useLine(message: ReturnType<typeof useMessage>): { name: string; text: string } {
  const t = useTranslations('reply');
  const chat = useTranslations('chat');
  const safety = useTranslations('safety');
  const blocked = useBlocked();
  const { models } = useModels();
  const nameOf = useNameOf();
  if (message === undefined) return { name: '', text: t('loading') };
  if (message === null) return { name: '', text: t('gone') };
  if (message === 'removed' || message.deleted_at) return { name: '', text: t('deleted') };
  if (message.sender && blocked.has(message.sender.id)) return { name: nameOf(message.sender), text: safety('folded') };
  const name = message.ai ? modelName(models, message.ai.provider, message.ai.model) : message.sender ? nameOf(message.sender) : chat('somebody');
  return { name, text: plainLine(message.content, message.type === 'ai' ? 'model' : 'person') || t('wordless') };
}
