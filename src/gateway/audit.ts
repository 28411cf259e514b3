// Logs who did what: one line for each call of a token, without its parameters and its content.
import { Fault } from '../protocol/fault.js';
import { type FaultKind, faultRow } from '../protocol/fault-table.js';
import type { Log } from '../protocol/log.js';
import type { Scope } from '../protocol/scope.js';

export interface AuditedCall {
  /** The name of the token. The log drops a field called `token`, so it is not called that. */
  readonly caller: string;
  /** Null for a call that concerns no single account. */
  readonly account: string | null;
  /** A method of the table, or the name of a route such as `media.upload`. */
  readonly method: string;
  readonly scope: Scope;
}

export interface Ended {
  /** Of HTTP. */
  readonly status: number;
  /** Null for a call that succeeded. */
  readonly kind: FaultKind | null;
  readonly ms: number;
}

/** Calls that only read are logged at debug, all others, and what a token does not permit, at info. */
export function logCall(log: Log, call: AuditedCall, { status, kind, ms }: Ended): void {
  const { caller, account, method, scope } = call;
  const level = scope === 'read' && kind !== 'not_permitted' ? 'debug' : 'info';
  const failed = kind === null ? {} : { kind };
  log[level]('gateway.call', { caller, account, method, status, ...failed, ms: Math.round(ms * 10) / 10 });
}

/** Runs a call and logs its end. @throws what it throws */
export async function audited<T>(log: Log, call: AuditedCall, run: () => T | Promise<T>): Promise<T> {
  const startMs = performance.now();
  const ended = (status: number, kind: FaultKind | null) =>
    logCall(log, call, { status, kind, ms: performance.now() - startMs });
  try {
    const answer = await run();
    ended(200, null);
    return answer;
  } catch (error) {
    const { kind } = Fault.of(error);
    ended(faultRow(kind).http, kind);
    throw error;
  }
}
