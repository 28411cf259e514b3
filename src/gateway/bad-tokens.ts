// Counts wrong tokens by the address that they come from. After a hundred, further ones are answered 429 with a wait that grows
// to a minute. A valid token is accepted in any case: behind a proxy or a NAT many programs have one address. 256 bits
// cannot be guessed; the limit makes the fault of a broken program visible, and tells it to wait.
import { isIPv6 } from 'node:net';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';

/** Answered 401. */
const ALLOWED = 100;
/** Each ten more make the wait a second longer. */
const PER_SECOND = 10;
const MAX_WAIT_MS = 60_000;
/** Nothing above this is counted: the wait does not grow any more. */
const MAX_COUNT = ALLOWED + (PER_SECOND * MAX_WAIT_MS) / 1_000;
const FORGIVEN_PER_MS = 10 / 60_000;
const MAX_ADDRESSES = 10_000;

interface Count {
  count: number;
  atMs: number;
}

export interface BadTokensOptions {
  readonly log: Log;
  /** A monotonic clock. */
  readonly now?: () => number;
}

/** Nothing to close. */
export class BadTokens {
  readonly #log: Log;
  readonly #now: () => number;
  /** The least recent first. */
  readonly #counts = new Map<string, Count>();

  constructor({ log, now = () => performance.now() }: BadTokensOptions) {
    this.#log = log;
    this.#now = now;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#counts.size;
  }

  /**
   * Counts a wrong, revoked or expired token.
   * @param address of the peer, or as a trusted proxy names it
   * @throws Fault rate_limited: there were too many
   */
  count(address: string): void {
    const network = networkOf(address);
    const atMs = this.#now();
    const before = this.#counts.get(network);
    const left = before === undefined ? 0 : before.count - (atMs - before.atMs) * FORGIVEN_PER_MS;
    const count = Math.min(Math.max(left, 0) + 1, MAX_COUNT);
    this.#counts.delete(network);
    this.#counts.set(network, { count, atMs });
    if (this.#counts.size > MAX_ADDRESSES) {
      const [oldest] = this.#counts.keys();
      if (oldest !== undefined) this.#counts.delete(oldest);
    }
    if (count <= ALLOWED) return;
    if (Math.max(left, 0) <= ALLOWED)
      this.#log.warn('gateway.bad-tokens', { address: network, count: ALLOWED });
    const waitMs = Math.min(Math.ceil((count - ALLOWED) / PER_SECOND) * 1_000, MAX_WAIT_MS);
    throw new Fault('rate_limited', {
      reason: 'too many wrong tokens came from this address',
      retryAfterMs: waitMs,
    });
  }
}

/** One IPv4 address, or the /64 of an IPv6 address, all of which one machine may have. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address.slice(0, 64);
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const groups = (text: string): string[] => text.split(':').filter((group) => group !== '');
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const all = tail === undefined ? before : [...before, ...zeros, ...after];
  const first = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(':')}::/64`;
}
