// What an agent sees of the fleet: the three buckets, watched. NATS 2.10 reports no expiry, so an entry that was not written
// again within the lease counts as gone. Decisions rest on it only as far as a mistake does no harm: a daemon that is started
// for nothing stands by.
import { createHash } from 'node:crypto';
import { refusedConfig } from '../fleet/account-config.js';
import { type MachineOrder, parseAccount, parseOrder, subjectOf } from '../fleet/accounts.js';
import { watchBucket } from '../fleet/bucket-watch.js';
import { ANYONE, type LeaseRecord } from '../fleet/lease.js';
import { leaseIn } from '../fleet/lease-bucket.js';
import { type MachineRecord, parseMachine } from '../fleet/machines.js';
import type { KV, KvWatchEntry } from '../fleet/nats.js';
import type { FleetObjects } from '../fleet/objects.js';
import type { Log } from '../protocol/log.js';
import type { Holding, Wanted } from './reconcile.js';

interface Seen<T> {
  readonly record: T;
  /** When it was last written, as far as this machine knows. */
  atMs: number;
  /** Since when it says the same. */
  readonly sinceMs: number;
}

export interface ViewOptions {
  readonly objects: FleetObjects;
  readonly leaseMs: number;
  readonly now: () => number;
  readonly log: Log;
  /** Called when something changed that may need an action; not for renewals. */
  readonly changed: () => void;
  /** Called when a bucket cannot be watched any longer. */
  readonly lost: (error: unknown) => void;
}

/** The id of a configuration: the same text has the same id. */
export const configIdOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

/** The owner calls `close`. */
export class FleetView {
  readonly accounts = new Map<string, Wanted>();
  /** Why the configuration of an account cannot be used. */
  readonly refused = new Map<string, string>();
  readonly orders = new Map<string, MachineOrder>();
  readonly #leases = new Map<string, Seen<LeaseRecord>>();
  readonly #machines = new Map<string, Seen<MachineRecord>>();
  readonly #freeSinceMs = new Map<string, number>();
  readonly #options: ViewOptions;
  readonly #stops: (() => void)[] = [];
  #isClosed = false;

  private constructor(options: ViewOptions) {
    this.#options = options;
  }

  /** Returns when the present entries are known. @throws (rejects) what NATS answers */
  static async open(options: ViewOptions): Promise<FleetView> {
    const view = new FleetView(options);
    const { accounts, leases, machines } = options.objects;
    await Promise.all([
      view.#watch(accounts, (entry) => view.#account(entry)),
      view.#watch(leases, (entry) => view.#lease(entry)),
      view.#watch(machines, (entry) => view.#machine(entry)),
    ]);
    return view;
  }

  /** The holder of each lease, and since when the others are free. */
  leases(): ReadonlyMap<string, Holding> {
    const { now, leaseMs } = this.#options;
    const nowMs = now();
    const holdings = new Map<string, Holding>();
    for (const account of new Set([...this.accounts.keys(), ...this.#leases.keys()])) {
      const seen = this.#leases.get(account);
      const isLive = seen !== undefined && nowMs - seen.atMs < leaseMs;
      if (isLive && seen.record.next !== ANYONE) {
        const { machine, daemon, next } = seen.record;
        const { sinceMs } = seen;
        this.#freeSinceMs.delete(account);
        holdings.set(
          account,
          next === undefined
            ? { is: 'held', machine, daemon, sinceMs }
            : { is: 'reserved', machine: next, sinceMs },
        );
        continue;
      }
      if (!isLive) this.#leases.delete(account);
      const sinceMs = this.#freeSinceMs.get(account) ?? nowMs;
      this.#freeSinceMs.set(account, sinceMs);
      holdings.set(account, { is: 'free', sinceMs });
    }
    return holdings;
  }

  /** The machines that live. */
  machines(): ReadonlyMap<string, MachineRecord> {
    const { now, leaseMs } = this.#options;
    for (const [name, { atMs }] of this.#machines) if (now() - atMs >= leaseMs) this.#machines.delete(name);
    return new Map([...this.#machines].map(([name, { record }]) => [name, record]));
  }

  /** After a time without NATS: what was not renewed meanwhile gets the time of a lease to show up. */
  refresh(): void {
    const nowMs = this.#options.now();
    for (const seen of [...this.#leases.values(), ...this.#machines.values()]) seen.atMs = nowMs;
    this.#freeSinceMs.clear();
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
  }

  async #watch(bucket: KV, take: (entry: KvWatchEntry) => void): Promise<void> {
    const watch = await watchBucket(bucket, take);
    this.#stops.push(() => watch.stop());
    const lost = (error: unknown): void => {
      if (!this.#isClosed) this.#options.lost(error);
    };
    watch.ended.then(() => lost(new Error('the watch of a bucket ended')), lost);
    await watch.known;
  }

  #account({ key, operation, value }: KvWatchEntry): void {
    const { log, changed } = this.#options;
    const subject = subjectOf(key);
    if (subject.of === 'unknown') return;
    const { name } = subject;
    if (subject.of === 'machine') {
      const order = operation === 'PUT' ? parseOrder(value) : null;
      if (order === null) this.orders.delete(name);
      else this.orders.set(name, order);
      changed();
      return;
    }
    this.refused.delete(name);
    if (operation !== 'PUT') this.accounts.set(name, { is: 'removed' });
    else {
      const record = parseAccount(value);
      const reason = record === null ? 'its entry is damaged' : refusedConfig(record.config);
      if (record === null || reason !== null) {
        log.error('agent.account-refused', { account: name, reason });
        this.refused.set(name, reason ?? '');
        this.accounts.set(name, { is: 'unusable' });
      } else this.accounts.set(name, { is: 'wanted', record, configId: configIdOf(record.config) });
    }
    changed();
  }

  #lease({ key, operation, value }: KvWatchEntry): void {
    const atMs = this.#options.now();
    if (operation !== 'PUT') {
      this.#leases.delete(key);
      this.#options.changed();
      return;
    }
    const record = leaseIn(value);
    if (record === null) return;
    const before = this.#leases.get(key);
    const isSame = before?.record.daemon === record.daemon && before.record.next === record.next;
    this.#leases.set(key, { record, atMs, sinceMs: isSame ? before.sinceMs : atMs });
    if (!isSame) this.#options.changed();
  }

  #machine({ key, operation, value }: KvWatchEntry): void {
    const atMs = this.#options.now();
    const record = operation === 'PUT' ? parseMachine(value) : null;
    const isNew = !this.#machines.has(key);
    if (record === null) this.#machines.delete(key);
    else this.#machines.set(key, { record, atMs, sinceMs: atMs });
    if (isNew || record === null) this.#options.changed();
  }
}
