'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useErrorText } from '@/components/use-error-text';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { Icon } from '@/components/ui/icon';
import { capOf } from '@/lib/cap';
import { useRooms } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';
import { useLimits, type Limits } from '../api/use-limits';
import { Section } from './section';

/** What each room that I pay for may cost in a month. */
export function RoomLimits() {
  const t = useTranslations('billing');
  const { me } = useLive();
  const rooms = useRooms().filter(({ room }) => room.owner_id === me.id && !room.is_archived);
  if (rooms.length === 0) return null;
  return (
    <Section title={t('limits')}>
      <p className="mb-2 text-[13.5px]/5 text-text-2">{t('limitsHint')}</p>
      <ul className="divide-y divide-line rounded-2 border border-line bg-surface">
        {rooms.map(({ room }) => <RoomRow key={room.id} roomId={room.id} name={room.name} />)}
      </ul>
    </Section>
  );
}

function RoomRow({ roomId, name }: { roomId: string; name: string }) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="flex min-h-11 cursor-pointer items-center gap-2 px-3 text-[14px]/5 font-medium"><Icon name={open ? 'down' : 'next'} size={15} className="text-text-3" /><bdi>{name}</bdi></summary>
        {open && <Loaded roomId={roomId} />}
      </details>
    </li>
  );
}

function Loaded({ roomId }: { roomId: string }) {
  const t = useTranslations('billing');
  const { limits } = useLimits(roomId);
  if (limits.isError) return <p role="alert" className="px-3 pb-3 text-[13.5px]/5">{t('notLoaded')}</p>;
  return limits.data && <Form roomId={roomId} limits={limits.data} />;
}

function Form({ roomId, limits }: { roomId: string; limits: Limits }) {
  const t = useTranslations('billing');
  const errorText = useErrorText();
  const { save } = useLimits(roomId);
  const [cap, setCap] = useState(limits.default_member_cap?.toString() ?? '');
  const [budget, setBudget] = useState(limits.monthly_budget?.toString() ?? '');
  const wish = { default_member_cap: capOf(cap), monthly_budget: capOf(budget) };
  const sound = wish.default_member_cap !== undefined && wish.monthly_budget !== undefined;
  return (
    <form
      className="grid grid-cols-2 gap-3 px-3 pb-3 max-page:grid-cols-1"
      onSubmit={(event) => {
        event.preventDefault();
        if (sound) save.mutate(wish as Limits);
      }}
    >
      <Tokens label={t('memberCap')} text={cap} onText={setCap} sound={wish.default_member_cap !== undefined} />
      <Tokens label={t('budget')} text={budget} onText={setBudget} sound={wish.monthly_budget !== undefined} />
      <p className="col-span-full flex flex-wrap items-center gap-3">
        <Button type="submit" disabled={!sound || save.isPending}>{t('save')}</Button>
        {save.isSuccess && <span role="status" className="text-[13.5px]/5 text-text-2">{t('saved')}</span>}
        {save.isError && <span role="alert" className="text-[13.5px]/5 text-danger">{errorText(save.error)}</span>}
      </p>
    </form>
  );
}

function Tokens({ label, text, onText, sound }: { label: string; text: string; onText: (text: string) => void; sound: boolean }) {
  const t = useTranslations('billing');
  return <TextField label={label} inputMode="numeric" value={text} placeholder={t('noLimit')} error={sound ? undefined : t('notTokens')} onChange={(event) => onText(event.target.value)} />;
}
