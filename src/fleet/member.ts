// This machine as a member of the fleet, for one account: the connection, what the fleet has in NATS, and the wait for the
// lease. Servers that do not answer are waited for; what they refuse ends the wait.
import type { Config } from '../config/keys.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { answered, pause } from './answered.js';
import { machineClock } from './clock.js';
import { connectFleet, type FleetConnection } from './connection.js';
import type { Lease, LeaseRecord } from './lease.js';
import { leaseTimes } from './lease.js';
import { leaseBucket, type WatchedBucket } from './lease-bucket.js';
import { type FleetObjects, openObjects } from './objects.js';
import { refuseSkew } from './server-clock.js';
import { LeaseTaker } from './take-lease.js';

export interface MemberOptions {
  readonly config: Config['fleet'];
  readonly account: string;
  /** Differs for every boot of a machine, and for every session folder. */
  readonly host: string;
  /** Differs for every process. */
  readonly daemon: string;
  readonly log: Log;
  /** The time of day, ms since 1970. */
  readonly now?: () => number;
}

/** The owner closes it. */
export class Member {
  readonly fleet: FleetConnection;
  readonly objects: FleetObjects;
  readonly #options: MemberOptions;
  readonly #bucket: WatchedBucket;
  readonly #taker: LeaseTaker;
  readonly #clock = machineClock;

  /**
   * Waits for servers that do not answer.
   * @throws (rejects) Fault fleet_mismatch, fleet_refused, clock_skew, permission_denied, usage; the signal's reason
   */
  static async open(options: MemberOptions, signal: AbortSignal): Promise<Member> {
    const { config, account, log, now = Date.now } = options;
    const name = `wad ${account} on ${config.machine}`;
    const fleet = await answered(() => connectFleet(config, { name, log }), signal);
    try {
      const objects = await answered(() => openObjects(fleet, config), signal);
      await answered(() => refuseSkew(fleet, now), signal);
      return new Member(options, fleet, objects);
    } catch (error) {
      await fleet.nats.close();
      throw error;
    }
  }

  private constructor(options: MemberOptions, fleet: FleetConnection, objects: FleetObjects) {
    const { config, account, host, daemon } = options;
    const { machine, leaseSeconds } = config;
    this.#options = options;
    this.fleet = fleet;
    this.objects = objects;
    const leaseMs = leaseSeconds * 1_000;
    this.#bucket = leaseBucket(fleet, objects.leases, { account, leaseMs });
    const record = { machine, host, daemon, since: new Date().toISOString() };
    const times = leaseTimes(leaseMs);
    this.#taker = new LeaseTaker(this.#bucket, record, { clock: this.#clock, times });
  }

  /** The machine that runs the account, as far as it is known. */
  get holder(): LeaseRecord | null {
    return this.#taker.holder;
  }

  /**
   * Resolves when this machine may run the account.
   * @throws (rejects) Fault machine_taken: another machine has this one's name. fleet_refused, or the signal's reason
   */
  async lease(signal: AbortSignal): Promise<Lease> {
    const { config, log } = this.#options;
    const everyMs = leaseTimes(config.leaseSeconds * 1_000).renewMs;
    const watching = new AbortController();
    let waiting = new AbortController();
    let heldBy: string | null = null;
    const end = (): void => {
      watching.abort();
      waiting.abort();
    };
    signal.addEventListener('abort', end, { once: true });
    // Only to be quicker than the next try.
    const changed = ({ next }: LeaseRecord) => next !== undefined && waiting.abort();
    this.#bucket
      .watch(watching.signal, changed)
      .catch((error: unknown) => log.debug('fleet.watch', { err: error }));
    try {
      for (;;) {
        waiting = new AbortController();
        const taken = await answered(() => this.#taker.try(), signal);
        if (taken === null) {
          const held = this.holder?.machine ?? null;
          if (held !== heldBy) log.info('fleet.held', { machine: held });
          heldBy = held;
          if (this.#taker.hasTwin)
            throw new Fault('machine_taken', {
              reason: `Another machine is named ${config.machine}, and runs this account.`,
            });
          // Not all machines at once.
          await pause(everyMs * (0.8 + Math.random() * 0.4), waiting.signal);
          signal.throwIfAborted();
          continue;
        }
        const { lease, waitMs } = taken;
        log.info('fleet.lease', { machine: config.machine, epoch: lease.epoch, waitMs: Math.round(waitMs) });
        if (waitMs > 0) await pause(waitMs, watching.signal);
        if (lease.end === null && !signal.aborted) return lease;
        await lease.release().catch(() => undefined);
        signal.throwIfAborted();
      }
    } finally {
      watching.abort();
      signal.removeEventListener('abort', end);
    }
  }

  /**
   * The lease, if no other machine has it: of a program that does not stand by.
   * @throws (rejects) Fault standby; fleet_refused, or the signal's reason
   */
  async leaseNow(signal: AbortSignal): Promise<Lease> {
    const { account } = this.#options;
    const taken = await answered(() => this.#taker.try(), signal);
    if (taken === null) {
      const machine = this.holder?.next ?? this.holder?.machine ?? null;
      throw new Fault('standby', {
        reason: `Machine ${machine ?? '(unknown)'} has the account ${account}: stop it there first`,
        more: { machine },
      });
    }
    const { lease, waitMs } = taken;
    if (waitMs > 0) await pause(waitMs, signal);
    if (lease.end === null && !signal.aborted) return lease;
    await lease.release().catch(() => undefined);
    signal.throwIfAborted();
    throw new Fault('lease_lost');
  }

  /** Asks the servers, and waits while they do not answer. @throws (rejects) every other Fault, and the signal's reason */
  ask<T>(question: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return answered(question, signal);
  }

  /** Ends the connection; what was published has been sent. */
  async close(): Promise<void> {
    await this.fleet.nats.close();
  }
}
