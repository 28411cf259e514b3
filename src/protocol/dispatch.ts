// What socket and HTTP carry to the daemon: a method, its parameters, the peer, and a signal that aborts when
// the peer no longer waits. Types only.
import type { WireEvent } from './events/index.js';
import type { Fault } from './fault.js';

/** One connection of a client. */
export interface Peer extends Owner {
  readonly id: number;
  /** Sends a notification; false when it was refused because the peer does not read or has gone. */
  notify(method: 'event', event: WireEvent): boolean;
  /** Bytes that the peer has not read. */
  readonly backlogBytes: number;
  /** Resolves when almost nothing waits for the peer any more, or when it has gone. Never rejects. */
  drained(): Promise<void>;
  /** Ends the connection, because what it was held for cannot continue. */
  end?(why: Fault): void;
  /** Aborted when the connection ends; then everything held for the peer is released. */
  readonly closed: AbortSignal;
  /**
   * The owner of things that outlast a request, such as an unfinished upload; the peer itself when left out.
   */
  readonly owner?: Owner;
}

/** Everything held for it is dropped when it closes. */
export interface Owner {
  readonly closed: AbortSignal;
  /**
   * Keeps the connection although no request runs on it: for a subscription, or an upload.
   * @returns releases it
   * @throws Fault busy: the last places are kept for short requests
   */
  readonly hold?: () => () => void;
}

export interface Call {
  readonly peer: Peer;
  /** Aborted when the deadline passes or the peer hangs up. */
  readonly signal: AbortSignal;
}

/** Answers one request. Rejects with a Fault. */
export type Dispatch = (method: string, params: unknown, call: Call) => Promise<unknown>;
