// What an HTTP server serves: its routes, who may use them, and what answers them. The daemon of one account has one site,
// the gateway another.
import type { IncomingMessage } from 'node:http';
import type { Address } from '../protocol/address.js';
import type { Dispatch, Owner } from '../protocol/dispatch.js';
import type { Route, RouteRow } from './route.js';

/** @typeParam O what the routes that call no method are answered from. @typeParam C a caller that was identified */
export interface Site<O, C> {
  readonly routes: readonly Route<O>[];
  /** Names that a Host header may have, without port, besides the names of this machine. */
  readonly hosts: readonly string[];
  /** For the hints of faults that are raised here, when the caller is known. */
  readonly address: Address;
  /** The command that helps when a token is missing or wrong; default: that of the table of faults. */
  readonly tokenHint?: string;
  /**
   * Identifies the sender of a request; null if it is unknown. Called once for a request.
   * @param route null: there is none at the path
   * @throws Fault rate_limited
   */
  identify(request: IncomingMessage, route: RouteRow | null): C | null;
  /**
   * Prepares the answer to one request. The caller is null only on an open route.
   * @param names the decoded `{name}` parts of the path
   * @throws Fault not_permitted, rate_limited
   */
  enter(caller: C | null, names: Readonly<Record<string, string>>): Answering<O>;
}

export interface Answering<O> {
  /** Answers the methods that the route calls. */
  readonly dispatch: Dispatch;
  readonly own: O;
  /** Owns what outlasts the request, such as an upload in pieces; default: one owner for all callers of the server. */
  readonly owner?: Owner;
  /** When it is aborted, a stream that the route has begun ends. */
  readonly until?: AbortSignal;
}
