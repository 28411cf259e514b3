// Takes the lease of an account, or finds its holder. Only a write decides; a read only selects the write to try.
import {
  ANYONE,
  Lease,
  type LeaseBucket,
  type LeaseClock,
  type LeaseRecord,
  type LeaseTimes,
} from './lease.js';

/** An entry as it was last read, and when this revision was first seen, by the clock. */
interface Seen {
  readonly record: LeaseRecord;
  readonly revision: number;
  readonly atMs: number;
}

export interface Taken {
  readonly lease: Lease;
  /**
   * How long to wait before the account may run, ms. Not 0 when a holder may be alive whose entry has vanished early, because
   * a clock of the servers was set or they have forgotten it.
   */
  readonly waitMs: number;
}

/** Tries for one account and one machine. Nothing to close. */
export class LeaseTaker {
  readonly #bucket: LeaseBucket;
  readonly #record: LeaseRecord;
  readonly #clock: LeaseClock;
  readonly #times: LeaseTimes;
  #seen: Seen | null = null;
  #isRenewed = false;

  constructor(
    bucket: LeaseBucket,
    record: LeaseRecord,
    { clock, times }: { readonly clock: LeaseClock; readonly times: LeaseTimes },
  ) {
    this.#bucket = bucket;
    this.#record = record;
    this.#clock = clock;
    this.#times = times;
  }

  /** Who had it at the last try; null: nobody, or not known. */
  get holder(): LeaseRecord | null {
    return this.#seen?.record ?? null;
  }

  /** Whether the holder, who is alive, has this machine's name and is another one. */
  get hasTwin(): boolean {
    const { machine } = this.#record;
    return this.#isRenewed && this.holder?.machine === machine && !this.#mayReplace(this.holder);
  }

  /** @returns null: somebody else has it @throws (rejects) no answer */
  async try(): Promise<Taken | null> {
    const sentAtMs = this.#clock.now();
    const created = await this.#bucket.create(this.#record);
    if (created !== null) {
      const lease = this.#lease(created, sentAtMs);
      return { lease, waitMs: await this.#restMs(sentAtMs) };
    }
    const found = await this.#bucket.read();
    // It has just expired: the next try.
    if (found === null) return null;
    const atMs = this.#clock.now();
    if (this.#seen?.revision !== found.revision) {
      this.#isRenewed = this.#seen?.record.daemon === found.record.daemon;
      this.#seen = { ...found, atMs };
    }
    if (!this.#mayReplace(found.record)) return null;
    const updated = await this.#bucket.update(this.#record, found.revision);
    return updated === null ? null : { lease: this.#lease(updated, atMs), waitMs: 0 };
  }

  /**
   * A holder on the same host with the same session folder is dead, because we have the lock on that folder; or it is this
   * process, whose write was stored and not answered.
   */
  #mayReplace({ host, next }: LeaseRecord): boolean {
    return host === this.#record.host || next === ANYONE || next === this.#record.machine;
  }

  async #restMs(nowMs: number): Promise<number> {
    const { leaseMs, giveUpMs } = this.#times;
    if (this.#seen !== null && !this.#mayReplace(this.#seen.record))
      return Math.max(0, this.#seen.atMs + leaseMs - nowMs);
    // A holder that was never seen has given up by then, whatever happened to it.
    return (await this.#bucket.mayForget().catch(() => true)) ? giveUpMs : 0;
  }

  #lease(revision: number, sentAtMs: number): Lease {
    const { clock, times } = { clock: this.#clock, times: this.#times };
    return new Lease(this.#bucket, this.#record, { revision, sentAtMs }, { clock, times });
  }
}
