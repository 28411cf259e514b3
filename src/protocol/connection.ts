// A connection of a client to the daemon of one account, by whatever transport. Types only.
import type { Answered, Asked, MethodName, WireEvent } from './types.js';

export interface RequestOptions {
  /** Sent as `deadlineMs`, so that the daemon answers first; one second later the client gives up by itself. */
  readonly timeoutMs?: number | undefined;
  /** Stops waiting, with `interrupted`. The daemon continues until its deadline, or until the connection ends. */
  readonly signal?: AbortSignal | undefined;
  /** False when the method only reads. Otherwise a request without an answer has the outcome `unknown`. */
  readonly writes?: boolean | undefined;
}

/** The caller closes it. */
export interface Connection {
  /** Resolves when the connection has ended, from either side. Never rejects. */
  readonly closed: Promise<void>;
  /** @throws (rejects) Fault the daemon's own; connection_lost; deadline_exceeded; interrupted; bad_answer */
  call(method: string, params?: object, options?: RequestOptions): Promise<unknown>;
  /** Like `call`, for a method that the compiler knows. */
  request<M extends MethodName>(method: M, params: Asked<M>, options?: RequestOptions): Promise<Answered<M>>;
  /** Calls the listener for every event of every subscription of this connection. @returns detaches it */
  onEvent(listener: (event: WireEvent) => void): () => void;
  /** Pending requests settle with `connection_lost`. May be called twice. */
  close(): Promise<void>;
}
