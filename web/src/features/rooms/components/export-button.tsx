'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { IconButton } from '@/components/ui/icon-button';
import { lazily } from '@/components/ui/lazily';
import { useRoom } from '@/lib/live/hooks';
import { may } from '@/lib/rights';
import { useUi } from '@/stores/ui';

const Dialog = lazily(async () => (await import('./export-dialog')).ExportDialog, () => null);

/** Takes the room along: for those who may. A narrow head has no place for it: there it stands among the people. */
export function ExportButton({ roomId, narrow = false }: { roomId: string; narrow?: boolean }) {
  const t = useTranslations('export');
  const room = useRoom(roomId)?.room;
  if (!room || room.is_frozen || room.fork_state || !may.export(room.role ?? 'reader')) return null;
  const open = () => useUi.setState({ exporting: { roomId } });
  if (narrow) return <Button className="hidden h-9 max-[480px]:inline-flex" onClick={open}><Icon name="download" size={16} />{t('do')}</Button>;
  return <IconButton icon="download" label={t('do')} onClick={open} className="max-[480px]:hidden" />;
}

/** What is taken along, wherever that was asked for. */
export function Exporting() {
  const exporting = useUi((ui) => ui.exporting);
  return exporting && <Dialog key={exporting.roomId} roomId={exporting.roomId} close={close} />;
}

const close = () => useUi.setState({ exporting: null });
