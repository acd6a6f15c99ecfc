import { ApiError, backoff, type Api, type Clock, type OpenSocket, type Socket } from './ports';
import type { ConnectionState, Frame } from './types';

/** API Gateway closes a connection after two hours; a new one is opened well before. */
const ROTATE_MS = 110 * 60_000;
const OPEN_TIMEOUT_MS = 10_000;
const PONG_TIMEOUT_MS = 10_000;
const HEARTBEAT_VISIBLE_MS = 30_000;
const HEARTBEAT_HIDDEN_MS = 4 * 60_000;

/** The server's word to the oldest of too many connections before it closes it. */
const REPLACED = 'connection_replaced';

export interface ConnectionEvents {
  /** A socket is open; everything that was pushed before may have been missed. */
  opened(): void;
  received(frame: Frame): void;
  stateChanged(state: ConnectionState): void;
  /** The body of the next heartbeat. */
  heartbeat(): object;
}

interface Attempt {
  socket: Socket | null;
  open: boolean;
  abandoned: boolean;
  cancelTimers: (() => void)[];
}

/** Keeps one socket open: a ticket for each, jittered backoff between attempts, heartbeats, and a new socket before the old one is cut. */
export class Connection {
  private current: Attempt | null = null;
  private next: Attempt | null = null;
  private failures = 0;
  private stopped = true;
  private visible = true;
  private cancelRetry: (() => void) | null = null;
  private cancelBeat: (() => void) | null = null;
  private cancelPong: (() => void) | null = null;
  private _state: ConnectionState = 'idle';

  constructor(
    private readonly clock: Clock,
    private readonly api: Pick<Api, 'createRealtimeTicket'>,
    private readonly openSocket: OpenSocket,
    private readonly events: ConnectionEvents,
  ) {}

  get state(): ConnectionState {
    return this._state;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.cancelRetry?.();
    this.cancelRetry = null;
    this.stopBeating();
    for (const attempt of [this.current, this.next]) if (attempt) this.abandon(attempt);
    this.current = this.next = null;
    this.setState('idle');
  }

  /** Skips what is left of a backoff, as when the network or the person is back. */
  retryNow(): void {
    if (this._state === 'replaced' || this.stopped || this.current || this.next) return;
    this.failures = 0;
    this.cancelRetry?.();
    void this.connect();
  }

  /** Takes back the place that another tab has taken. */
  takeBack(): void {
    if (this._state !== 'replaced') return;
    this.failures = 0;
    void this.connect();
  }

  setVisible(visible: boolean): void {
    this.visible = visible;
    if (this.current?.open) {
      if (visible) this.beat();
      else this.scheduleBeat();
    }
  }

  /** Answers whether the frame was handed to an open socket. */
  send(frame: object): boolean {
    if (!this.current?.open) return false;
    try {
      this.current.socket?.send(JSON.stringify(frame));
      return true;
    } catch {
      return false;
    }
  }

  /** Sends a heartbeat now, and the next one a full interval later. */
  beat(): void {
    if (!this.send(this.events.heartbeat())) return;
    this.cancelPong ??= this.clock.after(PONG_TIMEOUT_MS, () => {
      this.cancelPong = null;
      if (this.current) this.lost(this.current);
    });
    this.scheduleBeat();
  }

  private scheduleBeat(): void {
    this.cancelBeat?.();
    this.cancelBeat = this.clock.after(this.visible ? HEARTBEAT_VISIBLE_MS : HEARTBEAT_HIDDEN_MS, () => this.beat());
  }

  private stopBeating(): void {
    this.cancelBeat?.();
    this.cancelPong?.();
    this.cancelBeat = this.cancelPong = null;
  }

  private async connect(): Promise<void> {
    const attempt: Attempt = { socket: null, open: false, abandoned: false, cancelTimers: [] };
    this.next = attempt;
    this.cancelRetry = null;
    if (!this.current) this.setState('connecting');
    let retryAfter: number | null = null;
    try {
      const { ticket, url } = await this.api.createRealtimeTicket();
      if (attempt.abandoned) return;
      attempt.cancelTimers.push(this.clock.after(OPEN_TIMEOUT_MS, () => !attempt.open && this.lost(attempt)));
      const separator = url.includes('?') ? '&' : '?';
      attempt.socket = this.openSocket(`${url}${separator}ticket=${encodeURIComponent(ticket)}`, {
        opened: () => this.opened(attempt),
        received: (text) => this.received(attempt, text),
        closed: () => this.lost(attempt),
      });
      return;
    } catch (error) {
      if (error instanceof ApiError) retryAfter = error.retryAfter;
    }
    this.lost(attempt, retryAfter);
  }

  private opened(attempt: Attempt): void {
    if (attempt.abandoned) return attempt.socket?.close();
    attempt.open = true;
    const old = this.current;
    this.current = attempt;
    this.next = null;
    this.failures = 0;
    this.stopBeating();
    attempt.cancelTimers.push(this.clock.after(ROTATE_MS, () => this.current === attempt && !this.next && void this.connect()));
    this.setState('open');
    this.events.opened();
    if (old) this.abandon(old);
  }

  private received(attempt: Attempt, text: string): void {
    if (attempt.abandoned) return;
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      return;
    }
    if (frame.type === 'pong') {
      this.cancelPong?.();
      this.cancelPong = null;
    }
    if (frame.type === 'error' && frame.code === REPLACED) return this.replaced(attempt);
    this.events.received(frame);
  }

  /** Tabs that came back by themselves would push each other out for ever. What replaces may be this very tab's next connection. */
  private replaced(attempt: Attempt): void {
    this.abandon(attempt);
    if (this.current === attempt) {
      this.current = null;
      this.stopBeating();
    }
    if (this.next === attempt) this.next = null;
    if (this.stopped || this.current) return;
    this.setState(this.next ? 'connecting' : 'replaced');
  }

  private lost(attempt: Attempt, retryAfter: number | null = null): void {
    if (attempt.abandoned) return;
    this.abandon(attempt);
    if (this.current === attempt) {
      this.current = null;
      this.stopBeating();
    }
    if (this.next === attempt) this.next = null;
    if (this.stopped || this.next) return;
    if (!this.current) this.setState('waiting');
    const wait = Math.max(backoff(this.clock, this.failures++), (retryAfter ?? 0) * 1_000);
    this.cancelRetry?.();
    this.cancelRetry = this.clock.after(wait, () => void this.connect());
  }

  private abandon(attempt: Attempt): void {
    attempt.abandoned = true;
    for (const cancel of attempt.cancelTimers) cancel();
    attempt.socket?.close();
  }

  private setState(state: ConnectionState): void {
    if (this._state === state) return;
    this._state = state;
    this.events.stateChanged(state);
  }
}
