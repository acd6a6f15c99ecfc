import type {
  AskAgain, EditMessage, MemberPage, Message, MessagePage, MyChanges, NoticeFrame, ReadPosition, RoomChanges, RoomPage, RoomSnapshot, SendMessage, SentMessage, Ticket, Unsent,
} from './types';

/** Time and chance, injected so that tests own both. */
export interface Clock {
  now(): number;
  /** Runs the function once after that many milliseconds; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
  /** A number in [0, 1). */
  random(): number;
}

export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface SocketEvents {
  opened(): void;
  received(text: string): void;
  closed(): void;
}

export type OpenSocket = (url: string, events: SocketEvents) => Socket;

/** The API as the protocol needs it. A refusal throws ApiError; anything else thrown counts as a broken connection. */
export interface Api {
  createRealtimeTicket(): Promise<Ticket>;
  listRooms(cursor?: string): Promise<RoomPage>;
  getRoom(roomId: string): Promise<RoomSnapshot>;
  /** With a name, only those whose names begin so. */
  listMembers(roomId: string, query?: { cursor?: string; name?: string }): Promise<MemberPage>;
  listMessages(roomId: string, page: PageQuery): Promise<MessagePage>;
  getMessage(roomId: string, messageId: string): Promise<Message>;
  listChanges(roomId: string, since: number): Promise<RoomChanges>;
  listMyChanges(since: number): Promise<MyChanges>;
  sendMessage(roomId: string, message: SendMessage): Promise<SentMessage>;
  editMessage(roomId: string, messageId: string, change: EditMessage): Promise<Message>;
  deleteMessage(roomId: string, messageId: string): Promise<void>;
  regenerateReply(roomId: string, questionId: string, key: string, wish: AskAgain): Promise<Message>;
  stopReply(roomId: string, messageId: string): Promise<Message>;
  markRead(roomId: string, messageId: string): Promise<ReadPosition>;
}

export interface PageQuery {
  before?: string;
  after?: string;
  around?: string;
  limit?: number;
}

/** A refusal by the API: a problem's code, or what its bare status means. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly retryAfter: number | null = null,
    readonly fields: readonly { field: string; message: string }[] = [],
  ) {
    super(code);
    this.name = 'ApiError';
  }

  /** Whether the same request may succeed later: the server is in trouble or asks for patience. */
  get temporary(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 401;
  }
}

/** Where unsent messages outlive the page, shared by all pages of one person. */
export interface OutboxStorage {
  all(): Unsent[];
  put(entry: Unsent): void;
  remove(clientMessageId: string): void;
  /** Calls back when another page has put or removed something; the answer ends that. */
  watch(changed: () => void): () => void;
}

/** Waits base·2ⁿ up to a limit, drawn from its upper half so that many clients do not return at once. */
export function backoff(clock: Clock, attempt: number, base = 500, limit = 30_000): number {
  const full = Math.min(limit, base * 2 ** Math.min(attempt, 16));
  return full / 2 + (clock.random() * full) / 2;
}

/** What a client is made of. */
export interface ClientOptions {
  myId: string;
  api: Api;
  clock: Clock;
  openSocket: OpenSocket;
  storage: OutboxStorage;
  /** Makes the UUIDs under which requests can be repeated. */
  newId(): string;
  /** My open invitations are to be fetched anew. */
  invited?(): void;
  /** Told of a change that no stream tells of. */
  noticed?(kind: NoticeFrame['kind']): void;
}
