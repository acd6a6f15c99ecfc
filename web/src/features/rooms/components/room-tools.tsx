'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Icon } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/components/ui/lazy-menu';
import { useRoom } from '@/lib/live/hooks';
import { modelName, useModels, type Model } from '@/lib/models/use-models';
import { may } from '@/lib/rights';
import { useUpdateRoom } from '../api/update-room';
import { RoomSettings } from './room-settings';

/** What stands in a room's head: the model that answers, and the settings. */
export function RoomTools({ roomId }: { roomId: string }) {
  const t = useTranslations('rooms');
  const models = useTranslations('models');
  const view = useRoom(roomId);
  const list = useModels().models;
  const update = useUpdateRoom(roomId);
  const [settings, setSettings] = useState(false);
  if (!view) return null;
  const { room } = view;
  const mine = list.find((model) => model.provider === room.ai_provider && model.id === room.ai_model);
  const chip = 'shift flex h-[34px] min-w-0 items-center gap-[7px] rounded-2 border border-line bg-surface pr-2 pl-[11px] text-[13px] font-medium whitespace-nowrap max-page:h-11 max-page:max-w-32';
  const inside = (
    <>
      <i aria-hidden="true" className={`size-[7px] shrink-0 rounded-full ${!mine ? 'bg-text-3' : mine.available ? 'bg-ok' : 'bg-warn'}`} />
      <span className="truncate">{modelName(list, room.ai_provider, room.ai_model)}</span>
      {mine && hasPrice(mine) && <span className="font-normal text-text-3 tabular-nums max-side:hidden" title={models('priceHint')}>{price(mine.price.input)} · {price(mine.price.output)}</span>}
    </>
  );
  const maySet = may.settings(room.role ?? 'reader');
  return (
    <>
      {maySet ? (
        <Menu trigger={<button type="button" className={`${chip} hover:bg-surface-2`} aria-label={models('chip', { model: modelName(list, room.ai_provider, room.ai_model) })}>{inside}<Icon name="down" size={16} className="text-text-3" /></button>}>
          <MenuLabel>{models('label')}</MenuLabel>
          {list.map((model) => (
            <MenuItem
              key={`${model.provider} ${model.id}`} checked={model === mine} disabled={!model.available}
              onSelect={() => update.mutate({ ai_provider: model.provider, ai_model: model.id })}
            >
              <span className="block truncate">{model.display_name}</span>
              <small className="block text-[12px]/4 text-text-3">{model.available ? model.provider : models('unavailable')}</small>
            </MenuItem>
          ))}
          <div className="hidden max-page:block">
            <MenuLine />
            <MenuItem icon="gear" onSelect={() => setSettings(true)}>{t('settings')}</MenuItem>
          </div>
        </Menu>
      ) : <span className={chip}>{inside}</span>}
      {maySet && <IconButton icon="gear" label={t('settings')} onClick={() => setSettings(true)} className="max-page:hidden" />}
      {maySet && <RoomSettings room={room} open={settings} onOpenChange={setSettings} />}
    </>
  );
}

function hasPrice(model: Model): boolean {
  return model.price.input > 0 || model.price.output > 0;
}

function price(dollars: number): string {
  return `$${dollars.toLocaleString('en', { maximumFractionDigits: 2 })}`;
}
