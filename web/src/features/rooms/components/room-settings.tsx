'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { lazily } from '@/components/ui/lazily';
import { Dialog } from '@/components/ui/lazy-dialog';
import type { Room } from '@/lib/protocol/types';

const SettingsForm = lazily(async () => (await import('./settings-form')).SettingsForm);

interface Props {
  room: Room;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function RoomSettings({ room, open, onOpenChange }: Props) {
  const t = useTranslations('rooms');
  const [unsaved, setUnsaved] = useState(false);
  const change = (next: boolean) => {
    setUnsaved(false);
    onOpenChange(next);
  };
  return (
    <Dialog open={open} onOpenChange={change} title={t('settings')} unsaved={unsaved}>
      <SettingsForm room={room} done={() => change(false)} onEdited={setUnsaved} />
    </Dialog>
  );
}
