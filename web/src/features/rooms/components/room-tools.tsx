'use client';

import { useTranslations } from 'next-intl';
import { ModelPicker } from '@/components/model-picker';
import { Icon } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { useRoom } from '@/lib/live/hooks';
import { hasPrice, price } from '@/lib/models/price';
import { modelName, useModels } from '@/lib/models/use-models';
import { may } from '@/lib/rights';
import { notify } from '@/stores/toasts';
import { useUi } from '@/stores/ui';
import { useErrorText } from '@/components/use-error-text';
import { useUpdateRoom } from '../api/update-room';
import { RoomSettings } from './room-settings';

/** What stands in a room's head: the model that answers, and the settings. */
export function RoomTools({ roomId }: { roomId: string }) {
  const t = useTranslations('rooms');
  const models = useTranslations('models');
  const view = useRoom(roomId);
  const list = useModels().models;
  const update = useUpdateRoom(roomId);
  const errorText = useErrorText();
  const settings = useUi((ui) => ui.settings === roomId);
  const setSettings = (open: boolean) => useUi.setState({ settings: open ? roomId : null });
  if (!view) return null;
  const { room } = view;
  const mine = list.find((model) => model.provider === room.ai_provider && model.id === room.ai_model);
  const name = modelName(list, room.ai_provider, room.ai_model);
  const chip = 'shift flex h-[34px] min-w-0 items-center gap-[7px] rounded-2 border border-line bg-surface pr-2 pl-[11px] text-[13px] font-medium whitespace-nowrap max-page:h-11 max-page:max-w-40 max-[480px]:w-11 max-[480px]:justify-center max-[480px]:gap-1 max-[480px]:px-0 short:h-8!';
  const inside = (
    <>
      <i aria-hidden="true" className={`size-[7px] shrink-0 rounded-full ${!mine ? 'bg-text-3' : mine.available ? 'bg-ok' : 'bg-warn'}`} />
      {/* A narrow head has room for the room's name alone; who answers stands below the box as well. */}
      <Icon name="spark" size={20} className="hidden text-text-2 max-[480px]:block" />
      <span className="truncate max-[480px]:sr-only">{name}</span>
      {mine && hasPrice(mine) && <span className="font-normal text-text-3 tabular-nums max-side:hidden" title={models('priceHint')}>{price(mine.price.input)} · {price(mine.price.output)}</span>}
    </>
  );
  if (!may.settings(room.role ?? 'reader')) return <span className={chip}>{inside}</span>;
  return (
    <>
      <ModelPicker
        value={{ provider: room.ai_provider, id: room.ai_model }} allowed={room.allowed_models}
        onChange={(model) => update.mutate({ ai_provider: model.provider, ai_model: model.id }, {
          onSuccess: () => notify({ text: models('changed', { model: modelName(list, model.provider, model.id) }) }),
          onError: (error) => notify({ text: errorText(error), amiss: true }),
        })}
        trigger={<button type="button" className={`${chip} hover:bg-surface-2`} aria-label={models('chip', { model: name })}>{inside}<Icon name="down" size={16} className="text-text-3 max-[480px]:hidden" /></button>}
      />
      <IconButton icon="gear" label={t('settings')} onClick={() => setSettings(true)} />
      <RoomSettings room={room} open={settings} onOpenChange={setSettings} />
    </>
  );
}
