// Which machine runs each account, as everybody can see it: two buckets, watched. NATS 2.10 reports no expiry, so a lease that is
// not renewed in its time counts as lost. What is seen here decides nothing; it says where to ask, and what to tell people.
import type { Log } from '../protocol/log.js';
import { isAccountName } from '../protocol/names.js';
import { secretAccount } from './account-secret.js';
import { parseAccount, subjectOf } from './accounts.js';
import { pause } from './answered.js';
import { type BucketWatch, watchBucket } from './bucket-watch.js';
import { type FleetConnection, fleetFault } from './connection.js';
import type { LeaseRecord } from './lease.js';
import { leaseIn } from './lease-bucket.js';
import type { KV, KvWatchEntry } from './nats.js';

export type Holding =
  | { readonly is: 'held'; readonly machine: string; readonly daemon: string }
  /** Given back by its holder. */
  | { readonly is: 'given'; readonly machine: string; readonly daemon: string }
  /** Nothing was heard of its holder for the time of a lease. */
  | { readonly is: 'lost'; readonly machine: string; readonly daemon: string }
  | { readonly is: 'free' };

/** What an operator should know of an account, as far as it is seen here. */
export interface Standing {
  readonly isHeld: boolean;
  /** False: an operator stopped it. */
  readonly isWanted: boolean;
  /** How many of its leases were taken over without having been given back. */
  readonly lost: number;
}

const FREE: Holding = { is: 'free' };
const AGAIN_MS = 1_000;

/** The owner closes it, before the connection. */
export class Holders {
  readonly #log: Log;
  readonly #leaseMs: number;
  /** Accounts that are wanted, have run, or run. */
  readonly #names = new Set<string>();
  readonly #removed = new Set<string>();
  /** Accounts that are not to run. */
  readonly #stopped = new Set<string>();
  readonly #lost = new Map<string, number>();
  readonly #holdings = new Map<string, Holding>();
  readonly #expiries = new Map<string, NodeJS.Timeout>();
  readonly #watchers = new Set<(account: string) => void>();
  readonly #ended = new AbortController();

  private constructor(leaseMs: number, log: Log) {
    this.#leaseMs = leaseMs;
    this.#log = log;
  }

  /** Returns when the present entries are known. @throws (rejects) Fault fleet_unreachable, fleet_refused */
  static async open({ buckets, names }: FleetConnection, log: Log): Promise<Holders> {
    try {
      const [accounts, leases] = await Promise.all(
        [names.accounts, names.leases].map((name) => buckets.open(name)),
      );
      const holders = new Holders((await (leases as KV).status()).ttl, log);
      await Promise.all([
        holders.#watch(accounts as KV, (entry) => holders.#account(entry)),
        holders.#watch(leases as KV, (entry) => holders.#lease(entry)),
      ]);
      return holders;
    } catch (error) {
      throw fleetFault(error);
    }
  }

  get accounts(): readonly string[] {
    return [...this.#names].sort();
  }

  of(account: string): Holding {
    return this.#holdings.get(account) ?? FREE;
  }

  standing(account: string): Standing {
    const isHeld = this.of(account).is === 'held';
    return { isHeld, isWanted: !this.#stopped.has(account), lost: this.#lost.get(account) ?? 0 };
  }

  /** Calls the listener when an account is found, or its holder changes; not for renewals. @returns detaches it */
  watch(listener: (account: string) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  close(): void {
    this.#ended.abort();
    for (const expiry of this.#expiries.values()) clearTimeout(expiry);
  }

  /** Follows a bucket until the end. Returns when its present entries are known. */
  async #watch(bucket: KV, take: (entry: KvWatchEntry) => void): Promise<void> {
    const first = await watchBucket(bucket, take);
    void this.#followOn(first, () => watchBucket(bucket, take));
    await first.known;
  }

  /** A watch that the servers have ended is begun again. Never rejects. */
  async #followOn(first: BucketWatch, again: () => Promise<BucketWatch>): Promise<void> {
    const { signal } = this.#ended;
    const trouble = (error: unknown): null => {
      this.#log.debug('fleet.watch', { err: error });
      return null;
    };
    for (let watch: BucketWatch | null = first; watch !== null; ) {
      const { stop, ended } = watch;
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      await ended.catch(trouble);
      signal.removeEventListener('abort', stop);
      watch = null;
      while (watch === null && !signal.aborted) {
        await pause(AGAIN_MS, signal);
        if (!signal.aborted) watch = await again().catch(trouble);
      }
    }
  }

  #account({ key, operation, value }: KvWatchEntry): void {
    const subject = subjectOf(key);
    const account = subject.of === 'account' ? subject.name : secretAccount(key);
    if (account === null) return;
    if (subject.of !== 'account') {
      // It stays when an operator removes the account.
      if (!this.#removed.has(account)) this.#names.add(account);
    } else if (operation === 'PUT') {
      this.#removed.delete(account);
      this.#names.add(account);
      if (parseAccount(value)?.run === false) this.#stopped.add(account);
      else this.#stopped.delete(account);
    } else {
      this.#removed.add(account);
      this.#forgetRemoved(account);
    }
    this.#report(account);
  }

  #lease({ key: account, operation, value }: KvWatchEntry): void {
    const record = operation === 'PUT' ? leaseIn(value) : null;
    if (record === null || !isAccountName(account)) return;
    this.#names.add(account);
    this.#expire(account);
    const holding = holdingOf(record);
    if (wasLost(this.of(account), holding)) this.#lost.set(account, (this.#lost.get(account) ?? 0) + 1);
    this.#set(account, holding);
  }

  /** Counts the time of the lease anew. */
  #expire(account: string): void {
    const known = this.#expiries.get(account);
    if (known !== undefined) known.refresh();
    else
      this.#expiries.set(
        account,
        setTimeout(() => this.#expired(account), this.#leaseMs),
      );
  }

  #expired(account: string): void {
    this.#expiries.delete(account);
    const holding = this.of(account);
    this.#set(account, holding.is === 'held' ? { ...holding, is: 'lost' } : FREE);
    this.#forgetRemoved(account);
  }

  #set(account: string, holding: Holding): void {
    const before = this.of(account);
    this.#holdings.set(account, holding);
    if (JSON.stringify(before) !== JSON.stringify(holding)) this.#report(account);
  }

  #forgetRemoved(account: string): void {
    if (!this.#removed.has(account) || this.#expiries.has(account)) return;
    this.#names.delete(account);
    this.#stopped.delete(account);
    this.#lost.delete(account);
    this.#holdings.delete(account);
  }

  #report(account: string): void {
    for (const watcher of this.#watchers) watcher(account);
  }
}

const holdingOf = ({ machine, daemon, next }: LeaseRecord): Holding => ({
  is: next === undefined ? 'held' : 'given',
  machine,
  daemon,
});

/**
 * Whether a lease passed to another daemon without having been given back: its holder died, or was cut off. An expiry alone does
 * not show that, because nothing is heard either while the servers do not answer here.
 */
export const wasLost = (before: Holding, after: Holding): boolean =>
  (before.is === 'held' || before.is === 'lost') && after.is !== 'free' && before.daemon !== after.daemon;
