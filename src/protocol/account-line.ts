// One account in a list of accounts: of `wactl accounts`, and of the gateway.
import type { Answered } from './types.js';

export interface AccountLine {
  readonly account: string;
  /** Empty for an account that is reached over a fleet. */
  readonly socket: string;
  /** False when no daemon listens there. */
  readonly running: boolean;
  /** Null where the daemon was not asked or did not answer; `error` says why. */
  readonly status: Answered<'session.status'> | null;
  readonly info: Answered<'daemon.info'> | null;
  readonly error: { readonly kind: string; readonly reason: string; readonly hint: string | null } | null;
}
