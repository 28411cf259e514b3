// The report of opening a store: what was found and done.

/**
 * Why a file went into quarantine. Its content (waiting messages, keys, events, cursors of consumers) is missing from
 * the new store.
 */
export interface Replaced {
  readonly reason: string;
  /** Its paths now, the main file's first. */
  readonly movedTo: readonly string[];
}

/** The findings at the start, for the log and for people. */
export interface OpenReport {
  readonly path: string;
  /** A fresh file begins; there was none, or it was replaced. */
  readonly created: boolean;
  readonly replaced: Replaced | null;
  /** Schema that was found; 0 in a fresh file. */
  readonly migratedFrom: number;
  readonly version: number;
  /** Others could read it, and cannot any more. */
  readonly narrowed: boolean;
  /** Triggers that were not wad's, and are gone. */
  readonly droppedTriggers: readonly string[];
  /** All of it, ms. */
  readonly tookMs: number;
}
