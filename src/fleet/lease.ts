// The lease of one account: who holds it may run the account. It lives in a bucket whose entries expire; each write names the
// revision before it, so a write of a former holder is refused. The holder counts from the moment at which it *sent* its last
// confirmed renewal, and gives up after two thirds of the lease, so it has ended before anybody else can begin.
// All times are of the machine's clock (clock.ts), in ms. NATS 2.10 reports no expiry to watchers: a successor tries `create`.

/** The value of a lease, as JSON. */
export interface LeaseRecord {
  readonly machine: string;
  /** Differs for every boot, and for every session folder: the same host means that the local lock decides. */
  readonly host: string;
  /** Different for each process. */
  readonly daemon: string;
  /** ISO 8601. */
  readonly since: string;
  /** Set once it is given back: the machine that may take it before it expires, or ANYONE. */
  readonly next?: string;
}

/** Value of `next`: no machine has this name. */
export const ANYONE = '*';

/** What a lease needs of the bucket. Everything else that rejects counts as "no answer". */
export interface LeaseBucket {
  /** @returns the revision, or null: there is an entry @throws (rejects) no answer */
  create(record: LeaseRecord): Promise<number | null>;
  /** @returns the new revision, or null: the entry has another revision @throws (rejects) no answer */
  update(record: LeaseRecord, revision: number): Promise<number | null>;
  /** May be stale: only a write decides. @throws (rejects) no answer */
  read(): Promise<{ readonly record: LeaseRecord; readonly revision: number } | null>;
  /**
   * Whether an entry may have vanished before its time: the servers have forgotten what they had, or their clock was set.
   * @throws (rejects) no answer
   */
  mayForget(): Promise<boolean>;
}

/** The clock of the machine, and its timers, which may fire early by a step of the clock, or late. */
export interface LeaseClock {
  now(): number;
  /** @returns cancels it */
  after(ms: number, run: () => void): () => void;
}

export interface LeaseTimes {
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly giveUpMs: number;
}

export const leaseTimes = (leaseMs: number): LeaseTimes => ({
  leaseMs,
  renewMs: leaseMs / 6,
  giveUpMs: (leaseMs * 2) / 3,
});

/** `refused`: another machine has it. `silent`: no renewal was confirmed in time. `released`: given back. */
export type LeaseEnd = 'refused' | 'silent' | 'released';

/** A lease that is held. The owner calls `release`, or the process ends. */
export class Lease {
  /** The revision of the write that took it: larger than that of every earlier holder. */
  readonly epoch: number;
  readonly #bucket: LeaseBucket;
  readonly #record: LeaseRecord;
  readonly #clock: LeaseClock;
  readonly #times: LeaseTimes;
  readonly #onConfirmed: Set<(leftMs: number) => void> = new Set();
  readonly #onUnconfirmed: Set<() => void> = new Set();
  readonly #onEnd: Set<(end: LeaseEnd) => void> = new Set();
  #revision: number;
  #confirmedAtMs: number;
  #end: LeaseEnd | null = null;
  #renewal: Promise<void> = Promise.resolve();
  #cancelRenewal: () => void = () => undefined;
  #cancelGiveUp: () => void = () => undefined;

  /** @param sentAtMs when the write that took it was sent */
  constructor(
    bucket: LeaseBucket,
    record: LeaseRecord,
    taken: { readonly revision: number; readonly sentAtMs: number },
    { clock, times }: { readonly clock: LeaseClock; readonly times: LeaseTimes },
  ) {
    this.#bucket = bucket;
    this.#record = record;
    this.#clock = clock;
    this.#times = times;
    this.epoch = taken.revision;
    this.#revision = taken.revision;
    this.#confirmedAtMs = taken.sentAtMs;
    this.#arm();
  }

  /** Until when it is held without another confirmation; 0 when it has ended. */
  get heldUntilMs(): number {
    return this.#end === null ? this.#confirmedAtMs + this.#times.giveUpMs : 0;
  }

  /** How long it is still held without another confirmation, ms; 0 or less: it is not. */
  get leftMs(): number {
    return this.#end === null ? this.heldUntilMs - this.#clock.now() : 0;
  }

  /** Why it is not held any more; null while it is. A process that was suspended learns it here. */
  get end(): LeaseEnd | null {
    if (this.#end === null && this.leftMs <= 0) this.#finish('silent');
    return this.#end;
  }

  /** Called after each renewal. @returns ends it */
  onConfirmed(listener: (leftMs: number) => void): () => void {
    this.#onConfirmed.add(listener);
    return () => this.#onConfirmed.delete(listener);
  }

  /** Called after each renewal that NATS did not answer. */
  onUnconfirmed(listener: () => void): void {
    this.#onUnconfirmed.add(listener);
  }

  /** Called once, in the same turn in which the end is found. */
  onEnd(listener: (end: LeaseEnd) => void): void {
    this.#onEnd.add(listener);
  }

  /**
   * Gives it back, so that this machine may take it before it expires. Only ever after the browser has ended.
   * @throws (rejects) no answer; it expires by itself
   */
  async release(next = ANYONE): Promise<void> {
    if (this.end !== null) return;
    this.#finish('released');
    // Its answer tells the revision to replace.
    await this.#renewal;
    await this.#write({ ...this.#record, next });
  }

  #arm(): void {
    const { renewMs } = this.#times;
    this.#cancelRenewal();
    this.#cancelRenewal = this.#clock.after(renewMs, () => {
      this.#renewal = this.#renew();
    });
    this.#armGiveUp();
  }

  #armGiveUp(): void {
    this.#cancelGiveUp();
    this.#cancelGiveUp = this.#clock.after(Math.max(1, this.leftMs), () => {
      if (this.end === null) this.#armGiveUp();
    });
  }

  /** Never rejects. The next one is armed when it has ended, so there is one at a time. */
  async #renew(): Promise<void> {
    if (this.end !== null) return;
    const sentAtMs = this.#clock.now();
    try {
      const revision = await this.#write(this.#record);
      if (revision !== null) this.#revision = revision;
      if (this.end !== null) return;
      if (revision === null) this.#finish('refused');
      else this.#confirmed(sentAtMs);
    } catch {
      // No answer: the next renewal, or the end of the time.
      if (this.#end === null) for (const listener of this.#onUnconfirmed) listener();
    } finally {
      if (this.#end === null) this.#arm();
    }
  }

  /** @returns the new revision, or null: another machine has it @throws (rejects) no answer */
  async #write(record: LeaseRecord): Promise<number | null> {
    const revision = await this.#bucket.update(record, this.#revision);
    if (revision !== null) return revision;
    // An earlier write of ours may have been stored without an answer.
    const found = await this.#bucket.read();
    if (found?.record.daemon !== this.#record.daemon) return null;
    return this.#bucket.update(record, found.revision);
  }

  #confirmed(sentAtMs: number): void {
    this.#confirmedAtMs = sentAtMs;
    for (const listener of this.#onConfirmed) listener(this.leftMs);
  }

  #finish(end: LeaseEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#cancelRenewal();
    this.#cancelGiveUp();
    for (const listener of this.#onEnd) listener(end);
  }
}
