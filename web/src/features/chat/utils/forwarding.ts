import { create } from 'zustand';
import type { Message } from '@/lib/protocol/types';

/** The message that is about to be passed on to another room. */
export const useForwarding = create<{ message: Message | null }>(() => ({ message: null }));
