// The latest states of the account, for bug reports.
export interface HistoryEntry {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly status: string;
  readonly reason: string;
  /** The event that led there. */
  readonly cause: string;
}

/** How many states a report tells of. */
const KEPT = 50;

/** Nothing to close. */
export class StateHistory {
  readonly #entries: HistoryEntry[] = [];

  note(entry: HistoryEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > KEPT) this.#entries.shift();
  }

  /** Oldest first. */
  get entries(): readonly HistoryEntry[] {
    return this.#entries;
  }
}
