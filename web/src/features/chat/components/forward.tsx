'use client';

import { useEffect } from 'react';
import { lazily } from '@/components/ui/lazily';
import { useForwarding } from '../utils/forwarding';

const ForwardDialog = lazily(async () => (await import('./forward-dialog')).ForwardDialog, () => null);

/** Open while a message is about to be passed on. */
export function Forward() {
  const message = useForwarding((state) => state.message);
  // What was to be passed on from here is not passed on from the room that comes next.
  useEffect(() => () => useForwarding.setState({ message: null }), []);
  return message && <ForwardDialog key={message.id} message={message} close={() => useForwarding.setState({ message: null })} />;
}
