// Group commit: many writers share one transaction and one sync of the disk, which is what a write costs. SQLite runs
// in this thread and blocks it, so groups are kept small.
import { Fault } from '../protocol/fault.js';
import type { Database, Statement } from './database.js';

/** Proof that a transaction is open; only good inside the function that was given it. */
export class Tx {
  #open = true;

  /** @throws Fault internal: a write outside of its transaction would be committed by itself */
  check(): void {
    if (!this.#open) throw new Fault('internal', { reason: 'a write after its transaction' });
  }

  get isOpen(): boolean {
    return this.#open;
  }

  end(): void {
    this.#open = false;
  }
}

/** A write; runs once, to its end, without awaiting anything. What it throws undoes what it did, and that only. */
export type Write<T> = (tx: Tx) => T extends PromiseLike<unknown> ? never : T;

export interface GroupLimits {
  /** Writes in one transaction. */
  readonly writes: number;
  /** After so many ms no further write is begun in this transaction; the sync comes on top. */
  readonly ms: number;
  /** Writes that may wait. */
  readonly waiting: number;
  /** How long a patient write waits for another one's sync. */
  readonly patienceMs: number;
}
const LIMITS: GroupLimits = { writes: 128, ms: 8, waiting: 20_000, patienceMs: 20 };

export interface WriteOptions {
  /**
   * `first`: the next step waits for it, so other writes do not delay it; `patient`: nobody waits for it, so it goes
   * with the next write that is neither, or by itself a little later.
   */
  readonly turn?: 'first' | 'patient';
}

/** Which waiting writes a commit takes: only urgent ones; all, urgent ones first; all, at once. */
type Due = 'first' | 'all' | 'overdue';
const URGENCY: Readonly<Record<Due, number>> = { first: 0, all: 1, overdue: 2 };

interface Job {
  readonly run: (tx: Tx) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}
type Outcome = { readonly job: Job } & ({ readonly value: unknown } | { readonly error: unknown });

/** Ended by `close`, which the store calls. */
export class GroupCommit {
  readonly #limits: GroupLimits;
  readonly #begin: Statement<never>;
  readonly #commit: Statement<never>;
  readonly #rollback: Statement<never>;
  readonly #save: Statement<never>;
  readonly #release: Statement<never>;
  readonly #undo: Statement<never>;
  #waiting: Job[] = [];
  /** Urgent writes. */
  #first: Job[] = [];
  /** What the next turn of the loop is to write; null while nothing but patience waits. */
  #due: Due | null = null;
  #patience: NodeJS.Timeout | undefined;
  #busy = false;
  #closed = false;

  constructor(db: Database, limits: Partial<GroupLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    this.#save = db.prepare('SAVEPOINT write');
    this.#release = db.prepare('RELEASE write');
    this.#undo = db.prepare('ROLLBACK TO write');
  }

  /**
   * Runs a write together with all others of this turn of the loop, and the patient ones before it, in the order of the
   * calls; urgent writes commit together first, and the rest one turn later. Resolves when it is on disk, also after a
   * loss of power.
   * @throws (rejects) what the write throws; Fault disk_full: nothing of it was written, and it may be tried again;
   *   busy: too many wait; shutting_down
   */
  write<T>(run: Write<T>, { turn }: WriteOptions = {}): Promise<T> {
    if (this.#closed) return Promise.reject(closed());
    if (this.#waiting.length + this.#first.length >= this.#limits.waiting)
      return Promise.reject(new Fault('busy', { reason: 'too many writes wait for the disk', hint: null }));
    return new Promise((resolve, reject) => {
      const queue = turn === 'first' ? this.#first : this.#waiting;
      queue.push({ run, resolve: resolve as (value: unknown) => void, reject });
      if (turn === 'patient')
        this.#patience ??= setTimeout(() => this.#schedule('all'), this.#limits.patienceMs);
      else this.#schedule(turn === 'first' ? 'first' : 'all');
    });
  }

  /** What waits with patience is written in this turn of the loop. */
  hurry(): void {
    if (this.#patience !== undefined) this.#schedule('overdue');
  }

  /**
   * Runs a write, and all that wait, before it returns.
   * @throws as `write`; Fault internal from within a write
   */
  writeNow<T>(run: Write<T>): T {
    if (this.#closed) throw closed();
    if (this.#busy) throw new Fault('internal', { reason: 'a write within a write' });
    const values: T[] = [];
    const errors: unknown[] = [];
    this.#waiting.push({
      run,
      resolve: (value) => values.push(value as T),
      reject: (error) => errors.push(error),
    });
    this.flush();
    if (errors.length > 0) throw errors[0];
    return values[0] as T;
  }

  /** Writes all that waits. Does nothing from within a write. */
  flush(): void {
    if (this.#busy) return;
    while (this.#first.length > 0) this.#runFirst();
    while (this.#waiting.length > 0) this.#runWaiting();
  }

  /** Writes all that waits, and takes no more. Twice is fine. */
  close(): void {
    this.#closed = true;
    this.flush();
  }

  /** After the input of this turn: every request that came with it is in the group. */
  #schedule(what: Due): void {
    const isNew = this.#due === null;
    if (this.#due === null || URGENCY[what] > URGENCY[this.#due]) this.#due = what;
    if (isNew) setImmediate(() => this.#run());
  }

  /** Two groups at most, and the rest after a turn of the loop, so that others have their say. */
  #run(): void {
    const due = this.#due;
    this.#due = null;
    const hasFirst = this.#first.length > 0;
    if (hasFirst) this.#runFirst();
    // What has given way once does so no more.
    if (this.#waiting.length > 0 && (due === 'overdue' || (due === 'all' && !hasFirst))) this.#runWaiting();
    if (this.#first.length > 0) this.#schedule('first');
    if (this.#waiting.length > 0 && due !== 'first') this.#schedule('overdue');
  }

  #runFirst(): void {
    this.#first = this.#first.slice(this.#runGroup(this.#first));
  }

  #runWaiting(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#waiting = this.#waiting.slice(this.#runGroup(this.#waiting));
  }

  /** @returns how many of those that wait were begun: none of them is to be begun again */
  #runGroup(waiting: readonly Job[]): number {
    const group = waiting.slice(0, this.#limits.writes);
    const tx = new Tx();
    this.#busy = true;
    let outcomes: readonly Outcome[];
    try {
      outcomes = this.#transact(group, tx);
    } finally {
      tx.end();
      this.#busy = false;
    }
    for (const outcome of outcomes) {
      if ('error' in outcome) outcome.job.reject(outcome.error);
      else outcome.job.resolve(outcome.value);
    }
    return outcomes.length;
  }

  /** @returns one outcome for each write that was begun, none of which is to be begun again */
  #transact(group: readonly Job[], tx: Tx): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    /** The disk refused: all that had gone well is undone with it. */
    const lost = (error: unknown, upTo: number): readonly Outcome[] => {
      attempt(() => this.#rollback.run());
      return group.slice(0, upTo).map((job, i) => {
        const own = outcomes[i];
        return own !== undefined && 'error' in own ? own : { job, error };
      });
    };
    try {
      this.#begin.run();
    } catch (error) {
      return lost(error, group.length);
    }
    const untilMs = performance.now() + this.#limits.ms;
    for (const job of group) {
      if (outcomes.length > 0 && performance.now() > untilMs) break;
      try {
        this.#save.run();
        const value = job.run(tx);
        if (isPromise(value)) throw new Fault('internal', { reason: 'a write must not be asynchronous' });
        this.#release.run();
        outcomes.push({ job, value });
      } catch (error) {
        outcomes.push({ job, error });
        try {
          this.#undo.run();
          this.#release.run();
        } catch {
          // SQLite ends a whole transaction by itself when the disk is full: there is no savepoint any more.
          return lost(error, outcomes.length);
        }
      }
    }
    try {
      this.#commit.run();
      return outcomes;
    } catch (error) {
      return lost(error, outcomes.length);
    }
  }
}

const closed = (): Fault => new Fault('shutting_down', { reason: 'the store is closed' });

const isPromise = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

function attempt(act: () => unknown): void {
  try {
    act();
  } catch {}
}
