'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Icon } from '@/components/ui/icon';
import { useConnection } from '@/lib/live/hooks';

const PATIENCE_MS = 2_500;

/** A slim bar once the connection has been away for a moment. Everything stays readable, and what is sent waits. */
export function OfflineBar() {
  const t = useTranslations('chat');
  const connected = useConnection() === 'open';
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
      {(offline || (!open && late)) && (
        <p className="flex items-center justify-center gap-2 border-b border-line bg-warn-soft px-4 py-1.5 text-[13px]/5 text-text">
          <Icon name="offline" size={16} className="text-warn" />{t('offline')}
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
