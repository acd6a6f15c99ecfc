'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import type { Room } from '@/lib/protocol/types';
import { notify } from '@/stores/toasts';
import { useDeleteRoom } from '../api/delete-room';
import { useErrorText } from '@/components/use-error-text';
import { SettingsRow } from './settings-row';

/** Deletes the room for everybody, once that was asked. */
export function RemoveRoom({ room }: { room: Room }) {
  const t = useTranslations('rooms');
  const errorText = useErrorText();
  const remove = useDeleteRoom(room.id);
  const [sure, setSure] = useState(false);
  const done = () => notify({ text: t('deletedRoom', { name: room.name }) });
  return (
    <SettingsRow title={t('delete')} hint={remove.isError ? errorText(remove.error) : t(sure ? 'deleteSure' : 'deleteHint')}>
      {sure && <Button onClick={() => setSure(false)}>{t('keep')}</Button>}
      {/* The dialog goes with the room's page, and what it was told to do afterwards with it. */}
      <Button kind="danger" disabled={remove.isPending} onClick={() => (sure ? void remove.mutateAsync().then(done, () => undefined) : setSure(true))}>
        <Icon name="trash" size={16} />{t(sure ? 'deleteDo' : 'delete')}
      </Button>
    </SettingsRow>
  );
}
