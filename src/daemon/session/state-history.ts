// Keeps the latest states of the account, for bug reports.
export interface HistoryEntry {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly status: string;
  readonly reason: string;
  /** The event that caused the state. */
  readonly cause: string;
}

/** The number of states in a report. */
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
