// Identifies the caller of each request, limits the rate of requests, and logs what a caller does.
import type { IncomingMessage } from 'node:http';
import type { Log } from '../protocol/log.js';
import type { Done } from './account-dispatch.js';
import { logCall } from './audit.js';
import { BadTokens } from './bad-tokens.js';
import type { Caller } from './caller.js';
import { RateLimit } from './rate-limit.js';
import type { Tokens } from './tokens.js';

export interface EntranceOptions {
  readonly tokens: Tokens;
  /** Requests of one token a minute. */
  readonly ratePerMinute: number;
  /** True when every request comes through a proxy, which adds the address of its peer to X-Forwarded-For. */
  readonly behindProxy: boolean;
  readonly log: Log;
}

/** Nothing to close. */
export class Entrance {
  readonly #tokens: Tokens;
  readonly #rate: RateLimit;
  readonly #bad: BadTokens;
  readonly #behindProxy: boolean;
  readonly #log: Log;

  constructor({ tokens, ratePerMinute, behindProxy, log }: EntranceOptions) {
    this.#tokens = tokens;
    this.#rate = new RateLimit({ ratePerMinute });
    this.#bad = new BadTokens({ log });
    this.#behindProxy = behindProxy;
    this.#log = log;
  }

  /**
   * The caller of a request; null without a token, or with a wrong one.
   * @throws Fault rate_limited: too many wrong tokens came from this address
   */
  identify(request: IncomingMessage): Caller | null {
    const { headers } = request;
    if (headers.authorization === undefined) return null;
    const caller = this.#tokens.identify(headers);
    if (caller === null) this.#bad.count(this.#addressOf(request));
    return caller;
  }

  /** Counts a request. @throws Fault rate_limited: the token has made too many */
  admit({ token }: Caller): void {
    this.#rate.take(token);
  }

  /** Records a call of a method. The account is null when the call was refused before it was known. */
  report({ token: caller }: Caller, account: string | null, { method, fault, ms }: Done): void {
    const { name, scope } = method;
    logCall(this.#log, { caller, account, method: name, scope }, { kind: fault?.kind ?? null, ms });
  }

  /** Records a request for an account that the token is not valid for. */
  reportRefused({ token: caller }: Caller, account: string): void {
    const call = { caller, account: account.slice(0, 64), method: null, scope: null };
    logCall(this.#log, call, { kind: 'not_permitted', ms: 0 });
  }

  #addressOf({ headersDistinct, socket }: IncomingMessage): string {
    // The proxy itself has added the last one. Those before it come from the peer, which may have invented them.
    const forwarded = this.#behindProxy
      ? headersDistinct['x-forwarded-for']?.join(',').split(',').at(-1)?.trim()
      : '';
    return forwarded || (socket.remoteAddress ?? 'local');
  }
}
