// Who makes a request to the gateway, and what they may do.
import type { Owner } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import { permits, type Scope } from '../protocol/scope.js';

/** One token, as the routes see it. It owns what outlasts its requests, such as an upload in pieces. */
export interface Caller extends Owner {
  /** The name of the token. */
  readonly token: string;
  readonly scopes: readonly Scope[];
  /** Null: every account. */
  readonly accounts: readonly string[] | null;
  /** ISO 8601 in UTC. Null: it does not expire. */
  readonly expiresAt: string | null;
  /** Aborted with a Fault `unauthorized` when the token is revoked or expires: then its event streams and uploads end. */
  readonly closed: AbortSignal;
}

/** True when the caller may see and use the account, each method within its scopes. */
export const mayUse = ({ accounts }: Caller, account: string): boolean =>
  accounts === null || accounts.includes(account);

/**
 * The one comparison of a token's scopes with what something needs.
 * @param what a method or a path @throws Fault not_permitted
 */
export function refuseScope({ token, scopes }: Caller, needed: Scope, what: string): void {
  if (permits(scopes, needed)) return;
  throw new Fault('not_permitted', {
    reason: `the token ${token} has no scope "${needed}", which ${what} needs; nothing was done`,
  });
}
