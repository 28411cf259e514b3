// Who makes a request to the gateway, and what they may do.
import type { Scope } from '../protocol/scope.js';

/** One token, as the routes see it. */
export interface Caller {
  /** The name of the token. */
  readonly token: string;
  readonly scopes: readonly Scope[];
  /** Null: every account. */
  readonly accounts: readonly string[] | null;
  /** ISO 8601 in UTC. Null: it does not expire. */
  readonly expiresAt: string | null;
  /** Aborted with a Fault `unauthorized` when the token is revoked or expires: then its event streams end. */
  readonly ended: AbortSignal;
}

/** True when the caller may see and use the account, each method within its scopes. */
export const mayUse = ({ accounts }: Caller, account: string): boolean =>
  accounts === null || accounts.includes(account);
