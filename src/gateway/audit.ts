// Logs who did what: one line for each call of a token, without its parameters and its content.
import { type FaultKind, faultRow } from '../protocol/fault-table.js';
import type { Log } from '../protocol/log.js';
import type { Scope } from '../protocol/scope.js';

export interface AuditedCall {
  /** The name of the token. The log drops a field called `token`, so it is not called that. */
  readonly caller: string;
  /** Null for a call that concerns no single account, or was refused before its account was known. */
  readonly account: string | null;
  /** Null for a request that was refused because of its account, whatever it was for. */
  readonly method: string | null;
  readonly scope: Scope | null;
}

export interface Ended {
  /** Null for a call that succeeded. */
  readonly kind: FaultKind | null;
  readonly ms: number;
}

/** Calls that only read are logged at debug, all others, and what a token does not permit, at info. */
export function logCall(log: Log, call: AuditedCall, { kind, ms }: Ended): void {
  const { caller, account, method, scope } = call;
  const level = scope === 'read' && kind !== 'not_permitted' ? 'debug' : 'info';
  const ended = kind === null ? { status: 200 } : { status: faultRow(kind).http, kind };
  log[level]('gateway.call', { caller, account, method, ...ended, ms: Math.round(ms * 10) / 10 });
}
