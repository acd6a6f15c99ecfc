'use client';

import { useTranslations } from 'next-intl';
import { ModelPicker } from '@/components/model-picker';
import { IconButton } from '@/components/ui/icon-button';
import { useRoom } from '@/lib/live/hooks';
import type { ModelChoice } from '@/lib/models/choice';

interface Props {
  roomId: string;
  /** Who answered last. */
  value: ModelChoice | null;
  disabled: boolean;
  onAgain: (model: ModelChoice) => void;
  /** Whether it is told in words. */
  worded?: boolean;
}

/** Asks again, of a model that one chooses. */
export function AskAnother({ roomId, value, disabled, onAgain, worded = false }: Props) {
  const t = useTranslations('chat');
  const room = useRoom(roomId)?.room;
  if (!room) return null;
  return (
    <ModelPicker
      value={value} usual={{ provider: room.ai_provider, id: room.ai_model }} allowed={room.allowed_models} onChange={onAgain}
      trigger={worded
        ? <button type="button" disabled={disabled} className="shift min-h-7 shrink-0 rounded-1 px-2 text-[13px] font-medium whitespace-nowrap text-accent hover:bg-accent-soft disabled:opacity-50 max-page:min-h-11">{t('anotherModel')}</button>
        : <IconButton icon="down" small label={t('againWith')} disabled={disabled} className="-ml-1.5 w-5!" />}
    />
  );
}
