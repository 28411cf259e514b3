// Who comes in: tokens, how many requests each may make, and a record of what was done.
import type { IncomingMessage } from 'node:http';
import type { Log } from '../protocol/log.js';
import type { Done } from './account-dispatch.js';
import type { Caller } from './caller.js';
import type { Tokens } from './tokens.js';

/** Nothing to close. */
export class Entrance {
  readonly #tokens: Tokens;
  readonly #log: Log;

  constructor(tokens: Tokens, _ratePerMinute: number, log: Log) {
    this.#tokens = tokens;
    this.#log = log;
  }

  /** @throws Fault rate_limited */
  identify(request: IncomingMessage): Caller | null {
    return this.#tokens.identify(request.headers);
  }

  /** @throws Fault rate_limited */
  admit(_caller: Caller): void {}

  report({ token }: Caller, account: string, { method, fault, ms }: Done): void {
    const fields = {
      token,
      of: account,
      method: method.name,
      fault: fault?.kind ?? null,
      ms: Math.round(ms),
    };
    this.#log[method.scope === 'read' ? 'debug' : 'info']('gateway.call', fields);
  }
}
