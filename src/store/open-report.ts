// The report of opening a store: its version, its damage, and what was repaired.

/**
 * Why a file was quarantined. Its content (waiting messages, keys, events, cursors of consumers) is missing from the new
 * store.
 */
export interface Replaced {
  readonly reason: string;
  /** Its paths now, the main file's first. */
  readonly movedTo: readonly string[];
}

export interface OpenReport {
  readonly path: string;
  /** True when a new file was created: there was none, or it was replaced. */
  readonly created: boolean;
  readonly replaced: Replaced | null;
  /** The schema version that was found; 0 for a new file. */
  readonly migratedFrom: number;
  readonly version: number;
  /** True when other users had access to the file; that was removed. */
  readonly narrowed: boolean;
  /** The dropped triggers, which no migration had made. */
  readonly droppedTriggers: readonly string[];
  /** Why parts of purged rows may still be in the file; null: there are none. */
  readonly unfinishedPurge: string | null;
  /** How long the whole opening took, ms. */
  readonly tookMs: number;
}
