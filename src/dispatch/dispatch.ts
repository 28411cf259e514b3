// Answers a method by its name: validates the parameters, runs the handler under its deadline,
// validates the result, and lets nothing out but a Fault. It does not know what a method does, or which
// transport carries the request.

import type { Address } from '../protocol/address.js';
import type { Call, Dispatch } from '../protocol/dispatch.js';
import { Fault, type Outcome } from '../protocol/fault.js';
import type { FaultKind } from '../protocol/fault-table.js';
import type { Log } from '../protocol/log.js';
import type { Handlers, MethodRow } from '../protocol/method.js';
import * as common from '../protocol/method.js';
import { type Issue, issuesOf, sentence } from './issue.js';

/** Faults that any method may raise without listing them. */
export const COMMON_FAULTS = [
  'parse_error',
  'invalid_request',
  'method_not_found',
  'invalid_params',
  'internal',
  'busy',
  'shutting_down',
  'deadline_exceeded',
  'wrong_account',
  'standby',
  'lease_lost',
] as const satisfies readonly FaultKind[];

export interface DispatchOptions<T extends Record<string, MethodRow>> {
  readonly methods: T;
  readonly handlers: Handlers<T>;
  /** The account of this daemon. Null: this program is no daemon, and a request that names an account is refused. */
  readonly account: string | null;
  /** The address for the hints of faults, so that they name this daemon for every reader. */
  readonly address: Address;
  readonly log: Log;
}

type Handler = (params: unknown, call: Call) => unknown;

/** The only way to the methods. The returned function rejects with a Fault and with nothing else. */
export function createDispatch<T extends Record<string, MethodRow>>(options: DispatchOptions<T>): Dispatch {
  const { methods, log, account, address } = options;
  const handlers = options.handlers as Readonly<Record<string, Handler>>;
  const dispatch: Dispatch = async (name, given, call) => {
    // Own keys only: "constructor" and "__proto__" are not methods.
    const row = Object.hasOwn(methods, name) ? methods[name] : undefined;
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (row === undefined || handler === undefined) {
      const reason = `there is no method ${JSON.stringify(name.slice(0, 64))}`;
      throw new Fault('method_not_found', { reason });
    }
    const { params, limitMs } = checkParams(row, given, account);
    const outcome: Outcome = row.effect === 'writes' ? 'unknown' : 'none';
    let result: unknown;
    try {
      result = await bounded((signal) => handler(params, { peer: call.peer, signal }), {
        call,
        limitMs,
        outcome,
        // An abandoned wait ends with a Fault, as expected; any other error deserves a warning.
        late: (error) =>
          log[error instanceof Fault ? 'debug' : 'warn']('dispatch.late', { method: name, err: error }),
      });
    } catch (error) {
      throw asFault(row, error, outcome, log);
    }
    const checked = row.result.safeParse(result);
    if (!checked.success) {
      log.error('dispatch.bad_result', { method: name, issues: issuesOf(checked.error, result) });
      throw new Fault('internal', { reason: 'the answer does not fit its own schema', outcome });
    }
    return result;
  };
  return (name, given, call) =>
    dispatch(name, given, call).catch((fault: Fault) => {
      throw fault.addressedTo(address);
    });
}

/** All errors of the parameters in one Fault; their values are not repeated. */
function checkParams(
  row: MethodRow,
  given: unknown,
  mine: string | null,
): { params: unknown; limitMs: number | undefined } {
  const { deadlineMs: limit, account: wanted, ...rest } = (given ?? {}) as Record<string, unknown>;
  const account = common.account.safeParse(wanted);
  // Checked first: a request for another daemon gets no other error from this one.
  if (account.success && account.data !== undefined && account.data !== mine)
    throw new Fault('wrong_account', {
      reason:
        mine === null
          ? `this is not the daemon of the account "${account.data}", nor of any other; nothing was done`
          : `this daemon serves the account "${mine}", not "${account.data}"; nothing was done`,
      more: { account: mine },
    });
  const deadline = common.deadlineMs.safeParse(limit);
  const own = row.params.safeParse(rest);
  if (deadline.success && own.success && account.success) return { params: own.data, limitMs: deadline.data };
  const issues: Issue[] = [
    ...(own.error === undefined ? [] : issuesOf(own.error, rest)),
    ...(deadline.error === undefined ? [] : issuesOf(deadline.error, limit, 'deadlineMs')),
    ...(account.error === undefined ? [] : issuesOf(account.error, wanted, 'account')),
  ];
  throw new Fault('invalid_params', { reason: sentence(row.name, issues), more: { issues } });
}

interface Bounds {
  readonly call: Call;
  readonly limitMs: number | undefined;
  readonly outcome: Outcome;
  /** Called when a handler fails after its caller has stopped waiting. */
  readonly late: (error: unknown) => void;
}

/**
 * Runs until the handler is done, the deadline has passed, or the peer has hung up, whichever is first; the
 * handler's signal aborts in the last two cases. It does not use AbortSignal.any and .timeout: there, a timer
 * that is no longer needed would stay for up to a day; here it is cleared.
 */
async function bounded(run: (signal: AbortSignal) => unknown, bounds: Bounds): Promise<unknown> {
  const { call, limitMs, outcome, late } = bounds;
  if (call.signal.aborted) throw hangUp(call.signal, 'none');
  // Only a deadline needs a controller, and most requests have none.
  const deadline = limitMs === undefined ? null : new AbortController();
  const signal = deadline?.signal ?? call.signal;
  let timer: NodeJS.Timeout | undefined;
  let onHangUp = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    const end = (fault: Fault): void => {
      deadline?.abort(fault);
      reject(fault);
    };
    onHangUp = () => end(hangUp(call.signal, outcome));
    call.signal.addEventListener('abort', onHangUp, { once: true });
    if (limitMs === undefined) return;
    const reason = `the deadline of ${limitMs} ms passed`;
    timer = setTimeout(() => end(new Fault('deadline_exceeded', { reason, outcome })), limitMs);
  });
  const done = (async () => run(signal))();
  try {
    return await Promise.race([done, ended]);
  } finally {
    clearTimeout(timer);
    call.signal.removeEventListener('abort', onHangUp);
    // The loser of the race. Most handlers reject with the signal's own reason, which
    // has been reported already.
    if (signal.aborted) done.catch((error) => error === signal.reason || late(error));
  }
}

/** Why the caller no longer waits: the server closes, or the peer has gone and will not read this. */
const hangUp = (signal: AbortSignal, outcome: Outcome): Fault =>
  signal.reason instanceof Fault
    ? new Fault(signal.reason.kind, { ...signal.reason.details, outcome })
    : new Fault('connection_lost', { outcome, cause: signal.reason });

function asFault(row: MethodRow, error: unknown, outcome: Outcome, log: Log): Fault {
  if (!(error instanceof Fault)) {
    log.error('dispatch.internal', { method: row.name, err: error });
    return new Fault('internal', { outcome, cause: error });
  }
  const listed = [...row.faults, ...COMMON_FAULTS, ...HANG_UPS].some((kind) => kind === error.kind);
  // It is not in the docs, so clients do not expect it. It is still true, and is sent.
  if (!listed) log.error('dispatch.unlisted_fault', { method: row.name, kind: error.kind, err: error });
  return error;
}

/** Faults for a peer that has gone. */
const HANG_UPS = ['connection_lost', 'slow_reader'] as const satisfies readonly FaultKind[];
