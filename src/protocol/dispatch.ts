// What the socket (and later HTTP) carries to the daemon: a method, its parameters, who asks, and a way to say
// that nobody waits any more. Types only.
import type { WireEvent } from './events/index.js';

/** One connection of a client. */
export interface Peer extends Owner {
  readonly id: number;
  /** Sends a notification; false when it was refused since the peer does not read or has gone. */
  notify(method: 'event', event: WireEvent): boolean;
  /** Bytes that wait for the peer to read. */
  readonly backlogBytes: number;
  /** Resolves when next to nothing waits for the peer any more, or when it has gone. Never rejects. */
  drained(): Promise<void>;
  /** Aborted when the connection ends; everything held for the peer is let go then. */
  readonly closed: AbortSignal;
  /** Whose is what outlasts a request, such as an unfinished upload; the peer's own when left out. */
  readonly owner?: Owner;
}

/** What is held for it is dropped when it closes. */
export interface Owner {
  readonly closed: AbortSignal;
  /** Keeps the connection although nothing is asked on it: for a subscription, or an upload. @returns lets go of it. @throws Fault busy: the last places are kept for short requests */
  readonly hold?: () => () => void;
}

export interface Call {
  readonly peer: Peer;
  /** Aborted when the deadline passes or the peer hangs up. */
  readonly signal: AbortSignal;
}

/** Answers one request. Rejects with a Fault. */
export type Dispatch = (method: string, params: unknown, call: Call) => Promise<unknown>;
