import type { Message } from '@/lib/protocol/types';

/** The address of a message. */
export function linkTo(message: Pick<Message, 'id' | 'room_id'>): string {
  return `${location.origin}/rooms/${message.room_id}?message=${message.id}`;
}
