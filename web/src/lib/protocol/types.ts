import type { components as frames } from '@/lib/api/frames';
import type { components as api } from '@/lib/api/schema';
import type { ThinkingFrame } from './thinking';

/** The contract's objects under short names. */
export type Message = api['schemas']['Message'];
export type Note = api['schemas']['Note'];
export type Room = api['schemas']['Room'];
export type RoomSnapshot = api['schemas']['RoomSnapshot'];
export type RoomPage = api['schemas']['RoomPage'];
export type Member = api['schemas']['Member'];
export type MemberPage = api['schemas']['MemberPage'];
export type MessagePage = api['schemas']['MessagePage'];
export type RoomChanges = api['schemas']['RoomChanges'];
export type MyChanges = api['schemas']['MyChanges'];
export type SendMessage = api['schemas']['SendMessage'];
export type SentMessage = api['schemas']['SentMessage'];
export type AskAgain = api['schemas']['AskAgain'];
export type EditMessage = api['schemas']['EditMessage'];
export type ReadPosition = api['schemas']['ReadPosition'];
export type Ticket = api['schemas']['Ticket'];
export type User = api['schemas']['User'];

export type EventFrame = frames['schemas']['Event'];
export type DeltaFrame = frames['schemas']['Delta'];
export type TypingFrame = frames['schemas']['SomeoneTypes'];
export type PongFrame = frames['schemas']['Pong'];
export type NoticeFrame = frames['schemas']['Notice'];
export type ErrorFrame = frames['schemas']['Error'];
export type Frame = EventFrame | DeltaFrame | ThinkingFrame | TypingFrame | PongFrame | NoticeFrame | ErrorFrame;

/** A person's message that the server has not confirmed yet. It stands in the room under its client_message_id. */
export interface Unsent {
  client_message_id: string;
  room_id: string;
  content: string;
  reply_to?: string;
  mentions?: SendMessage['mentions'];
  ai?: SendMessage['ai'];
  visibility?: SendMessage['visibility'];
  /** When it was written, in milliseconds. */
  written_at: number;
  /** Queued: it is asked when one of the answers has ended that are being written here. */
  state: 'sending' | 'waiting' | 'queued' | 'refused';
  /** The API's code if it was refused for good. */
  code?: string;
}

/** What a page shows of one room. */
export interface RoomView {
  room: Room;
  unread: number;
  /** How many of the unread messages name me, or everybody. */
  mentions: number;
  lastReadId: string | null;
}

/** A window of a room's messages in order, with what is not sent yet at its end. */
export interface Timeline {
  messages: readonly Message[];
  unsent: readonly Unsent[];
  loaded: boolean;
  hasOlder: boolean;
  hasNewer: boolean;
}

/** Replaced: another tab has taken this one's place, and it comes back only when somebody says so. */
export type ConnectionState = 'idle' | 'connecting' | 'open' | 'waiting' | 'replaced';
