'use client';

import { lazily } from '@/components/ui/lazily';
import { useForwarding } from '../utils/forwarding';

const ForwardDialog = lazily(async () => (await import('./forward-dialog')).ForwardDialog, () => null);

/** Open while a message is about to be passed on. */
export function Forward() {
  const message = useForwarding((state) => state.message);
  return message && <ForwardDialog key={message.id} message={message} close={() => useForwarding.setState({ message: null })} />;
}
