'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Icon } from '@/components/ui/icon';
import { useConnection } from '@/lib/live/hooks';
import { useLive } from '@/lib/live/provider';

const PATIENCE_MS = 2_500;
const BAR = 'flex items-center justify-center gap-2 border-b border-line bg-warn-soft px-4 py-1.5 text-[13px]/5 text-text';

/** A slim bar once the connection has been away for a moment, or to another tab. Everything stays readable, and what is sent waits. */
export function OfflineBar() {
  const t = useTranslations('chat');
  const { client } = useLive();
  const connection = useConnection();
  const connected = connection === 'open';
  // A socket does not notice by itself that its network is gone; the browser does.
  const offline = useOffline();
  const open = connected && !offline;
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (open) return;
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [open]);
  return (
    <div role="status">
      {offline || (!open && late && connection !== 'replaced') ? (
        <p className={BAR}><Icon name="offline" size={16} className="text-warn" />{t('offline')}</p>
      ) : connection === 'replaced' && (
        <p className={BAR}>
          {t('replaced')}
          <button type="button" onClick={() => client.useHere()} className="shift min-h-6 rounded-1 px-1.5 font-medium text-accent hover:underline max-page:min-h-11">{t('useHere')}</button>
        </p>
      )}
    </div>
  );
}

function useOffline(): boolean {
  return useSyncExternalStore(subscribe, () => !navigator.onLine, () => false);
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('online', changed);
  window.addEventListener('offline', changed);
  return () => {
    window.removeEventListener('online', changed);
    window.removeEventListener('offline', changed);
  };
}
