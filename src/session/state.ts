// The state of the account as one value: a name and only the data that makes sense in it. No other variable
// in the daemon records whether it is starting, stopping or linked.
import type { Reason, StateName } from '../protocol/state.js';

/**
 * The linked account, as far as WhatsApp Web has reported it. All fields null: a saved session
 * that has not been opened yet.
 */
export interface Linked {
  readonly wid: string | null;
  readonly phone: string | null;
  readonly platform: string | null;
  readonly pushname: string | null;
}

/** The methods of an attempt. Each costs more and repairs more than the one before. */
export type Rung = 'takeover' | 'reconnect' | 'reload' | 'browser';

/**
 * A launch needs a place among the starts of this machine. `awaited`: there is no browser yet. `held`: the
 * browser is launched, and its page has not answered yet.
 */
export type Place = 'awaited' | 'held';

/** The progress of a reconnection. */
export type Step =
  /** The page is left to reconnect by itself. */
  | { readonly kind: 'grace'; readonly atMs: number }
  | { readonly kind: 'scheduled'; readonly atMs: number; readonly rung: Rung }
  | { readonly kind: 'running'; readonly rung: Rung }
  /** An attempt with a new browser, or a slow retry, waits for its place. */
  | { readonly kind: 'queued'; readonly for: 'attempt' | 'slow' }
  /** A slow retry from `failed` is running: a new browser, and not counted. */
  | { readonly kind: 'slow' };

/** The data of every state. */
interface Common {
  /** Number of the newest client; events of older ones are ignored (H30). */
  readonly generation: number;
  /** Attempts begun since the last `ready`; slow retries do not raise it. */
  readonly attempts: number;
  /** The saved session, or null when there is none. */
  readonly session: Linked | null;
  /** When this state was entered, wall clock. */
  readonly sinceMs: number;
  /** Serial number of the one armed timer; a timer event with another one is stale. */
  readonly timer: number;
  /** Launches in a row that failed before any page came up; two of them put the profile under suspicion. */
  readonly launchFailures: number;
  /**
   * The number of pages since the last `ready` that showed a QR instead of the saved session,
   * without a reported reason.
   */
  readonly unfound: number;
  /** The times of takeovers after a conflict in the past hour, newest last. */
  readonly takeoversMs: readonly number[];
  /**
   * The times in the past hour when the page was sick while its browser ran, or had lost
   * the session; newest last.
   */
  readonly sickMs: readonly number[];
  /** Incidents that have been reported since the last `ready`, each once. */
  readonly alerted: readonly Reason[];
  /**
   * What a person must do while the state stays the same (a dialog on the page, a
   * passkey of a linked account).
   */
  readonly attention: Attention | null;
}

export type State = Common &
  (
    | {
        readonly name: 'stopped';
        readonly reason: Reason;
        readonly unlinked: boolean;
        /** Why files of a session that was to be removed are still there; null when none are. */
        readonly left: string | null;
      }
    | { readonly name: 'starting'; readonly reason: Reason; readonly place: Place }
    | { readonly name: 'linking'; readonly reason: Reason }
    | { readonly name: 'syncing' }
    | { readonly name: 'ready' }
    | { readonly name: 'reconnecting'; readonly reason: Reason; readonly step: Step }
    | {
        readonly name: 'logging-out';
        /**
         * A person's request removes the session in any case; the end of the daemon only
         * if the unlink is confirmed.
         */
        readonly asked: 'person' | 'shutdown';
        readonly next: 'rest' | 'exit';
        readonly unlinked: boolean;
        /** The launch that wakes a hibernating account, because only its page can unlink it; null when none is awaited. */
        readonly waking: Place | null;
      }
    | { readonly name: 'failed'; readonly reason: Reason; readonly retryAtMs: number | null }
    /** Linked, without a browser: nothing happened for a while. `wakeAtMs`: wall clock; null: when it is needed. */
    | { readonly name: 'hibernating'; readonly wakeAtMs: number | null }
  );

export type StateOf<N extends StateName> = Extract<State, { readonly name: N }>;

/** What a person must do, in addition to the state. `says` is a sentence. */
export interface Attention {
  readonly reason: Extract<Reason, 'action_required' | 'passkey_required'>;
  readonly says: string;
}

/** The state at the start of the daemon. */
export const initialState = (session: Linked | null, atMs: number): State => ({
  name: 'stopped',
  reason: session ? 'none' : 'no_session',
  unlinked: false,
  left: null,
  generation: 0,
  attempts: 0,
  session,
  sinceMs: atMs,
  timer: 0,
  launchFailures: 0,
  unfound: 0,
  takeoversMs: [],
  sickMs: [],
  alerted: [],
  attention: null,
});

/** The machine-readable reason that `status` shows. */
export function reasonOf(state: State): Reason {
  if (state.attention !== null) return state.attention.reason;
  switch (state.name) {
    case 'stopped':
    case 'starting':
    case 'linking':
    case 'reconnecting':
    case 'failed':
      return state.reason;
    case 'logging-out':
      return state.next === 'exit' ? 'shutting_down' : 'user_stopped';
    case 'syncing':
    case 'ready':
    case 'hibernating':
      return 'none';
  }
}

/** The place of a launch that has begun; null in states without one. It is given back when this is null again. */
export function placeOf(state: State): Place | null {
  if (state.name === 'starting') return state.place;
  if (state.name === 'logging-out') return state.waking;
  if (state.name !== 'reconnecting') return null;
  switch (state.step.kind) {
    case 'queued':
      return 'awaited';
    case 'slow':
      return 'held';
    case 'running':
      return state.step.rung === 'browser' ? 'held' : null;
    case 'grace':
    case 'scheduled':
      return null;
  }
}

/** When the next attempt is due, or a hibernating account wakes, wall clock; null when none is scheduled. */
export function nextAttemptAtMs(state: State): number | null {
  if (state.name === 'hibernating') return state.wakeAtMs;
  if (state.name === 'failed') return state.retryAtMs;
  if (state.name === 'reconnecting' && 'atMs' in state.step) return state.step.atMs;
  return null;
}

/** The lock is lost: profile and marker belong to another daemon. */
export const isLockLost = (state: State): boolean => state.name === 'stopped' && state.reason === 'lock_held';

/** The daemon is ending and this state will not change again. */
export const isOver = (state: State): boolean =>
  isLockLost(state) || (state.name === 'stopped' && state.reason === 'shutting_down');

/** The daemon is ending, or will end when a logout in progress is done. */
export const isShuttingDown = (state: State): boolean =>
  isOver(state) || (state.name === 'logging-out' && state.next === 'exit');
