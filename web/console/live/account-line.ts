// One account as GET /api/accounts lists it.
import type { Answered, Status } from '../../../src/protocol/types.js';

export interface AccountLine {
  readonly account: string;
  readonly socket: string;
  readonly running: boolean;
  /** Null when its daemon does not answer. */
  readonly status: Status | null;
  readonly info: Answered<'daemon.info'> | null;
  readonly error: { readonly kind: string; readonly reason: string; readonly hint: string | null } | null;
}
