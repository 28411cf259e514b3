// Group commit: many writes share one transaction and one sync of the disk, which is most of the cost of a write. SQLite
// runs in this thread and blocks it, so groups are kept small.
import { Fault } from '../protocol/fault.js';
import type { Database, Statement } from './database.js';

/** Proof that a transaction is open; valid only inside the function that receives it. */
export class Tx {
  #open = true;

  /** @throws Fault internal after the transaction: such a write would be committed on its own */
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

/** A write; runs once and synchronously. If it throws, its own changes are undone, and no others. */
export type Write<T> = (tx: Tx) => T extends PromiseLike<unknown> ? never : T;

export interface GroupLimits {
  /** The most writes in one transaction. */
  readonly writes: number;
  /** After this many ms no further write begins in the transaction; the sync takes additional time. */
  readonly ms: number;
  /** The most writes that may wait. */
  readonly waiting: number;
  /** How long a patient write waits for other writes to share their sync. */
  readonly patienceMs: number;
}
const LIMITS: GroupLimits = { writes: 128, ms: 8, waiting: 20_000, patienceMs: 20 };

export interface WriteOptions {
  /**
   * `first`: urgent, because the next step depends on it; other writes do not delay it. `patient`: nothing depends on
   * it, so it is committed with the next ordinary write, or on its own after `patienceMs`.
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
  /** The writes that the next event-loop turn commits; null while only patient ones wait. */
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
   * Runs a write in one transaction with all others of this event-loop turn and the waiting patient ones, in the order of
   * the calls. Urgent writes commit together first, and the rest one turn later. Resolves when the write is on disk and
   * survives a power failure.
   * @throws (rejects) the error of the write; Fault disk_full: nothing was written, and a retry is safe; busy: too many
   *   writes wait; shutting_down
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

  /** Commits the patient writes in this event-loop turn. */
  hurry(): void {
    if (this.#patience !== undefined) this.#schedule('overdue');
  }

  /**
   * Runs a write, and all waiting ones, before it returns.
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

  /** Commits all waiting writes. Does nothing when called from within a write. */
  flush(): void {
    if (this.#busy) return;
    while (this.#first.length > 0) this.#runFirst();
    while (this.#waiting.length > 0) this.#runWaiting();
  }

  /** Commits all waiting writes and refuses further ones. May be called twice. */
  close(): void {
    this.#closed = true;
    this.flush();
  }

  /** Runs after the input of this turn, so that all requests that arrived with it are in the group. */
  #schedule(what: Due): void {
    const isNew = this.#due === null;
    if (this.#due === null || URGENCY[what] > URGENCY[this.#due]) this.#due = what;
    if (isNew) setImmediate(() => this.#run());
  }

  /** Commits at most two groups, and the rest one event-loop turn later, so that other work can run. */
  #run(): void {
    const due = this.#due;
    this.#due = null;
    const hasFirst = this.#first.length > 0;
    if (hasFirst) this.#runFirst();
    // Writes that were postponed for an urgent group once are overdue, and not postponed again.
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

  /** @returns how many of the waiting writes were run; none of them may run again */
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

  /** @returns one outcome for each write that was run; none of them may run again */
  #transact(group: readonly Job[], tx: Tx): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    /** Fails the whole group after an error of the disk: the writes that had succeeded are rolled back, too. */
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
          // When the disk is full, SQLite rolls back the whole transaction itself, and the savepoint is gone.
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
