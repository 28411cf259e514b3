// The type of a row of the table of faults, and the vocabulary of its columns. It knows no fault.
import type { Reason, StateName } from '../../src/protocol/state.js';
import type { Given } from './given.js';
import type { Scene } from './scene.js';

export type Act = (scene: Scene) => unknown;

export interface Row {
  readonly name: string;
  readonly given: Given;
  readonly do: Act;
  readonly expect: Expectation;
  /**
   * Time limit in seconds from `do` to the end of the row. With a `mend` it applies twice: from `do` to
   * `via`, and from `mend` to the end.
   */
  readonly within: number;
  /** Repairs the cause from outside, when `via` was seen; without it the row could not end well. */
  readonly mend?: Act;
  /** The browser cannot be closed cleanly, so it has not recorded a clean exit. */
  readonly rough?: true;
  /** Why the row cannot run on this machine; null when it can. */
  readonly needs?: string | null;
  /** Additional checks at the end. */
  readonly also?: Act;
}

export interface Expectation {
  /** The state that the daemon reports meanwhile; null when nothing may happen at all. */
  readonly via: { readonly status: StateName; readonly reason?: Reason } | null;
  /**
   * There may be no room even to store the event. Then the state is queried, and the journal has a gap in its
   * place.
   */
  readonly unkept?: true;
  /** How the row ends: in a state, with an exit status, or in the next daemon on the same session. */
  readonly end: StateName | { readonly exit: number } | 'next';
  /** The reported incidents in order. Each is one event and one line of level `err`. */
  readonly alerts: readonly string[];
  /** `gone`: there is no link any more, and linking starts again. */
  readonly link: 'same' | 'gone';
}

const NONE: readonly string[] = [];

/** Reports this reason and these incidents, and becomes ready again over the same link. */
export const recovers = (reason: Reason, alerts = NONE): Expectation => ({
  via: { status: 'reconnecting', reason },
  end: 'ready',
  alerts,
  link: 'same',
});

/** The same with one incident, for a fault that a person should know about. */
export const announced = (reason: Reason): Expectation => recovers(reason, [reason]);

/** The same when there is no room for the event. */
export const announcedUnkept = (reason: Reason): Expectation => ({ ...announced(reason), unkept: true });

/** The page syncs again, which is not an incident. */
export const resyncs: Expectation = { via: { status: 'syncing' }, end: 'ready', alerts: NONE, link: 'same' };

/** The daemon replaces its browser of its own accord, which is not an incident. */
export const renews: Expectation = { via: { status: 'starting' }, end: 'ready', alerts: NONE, link: 'same' };

/** The daemon stays in its state and works. */
export const unmoved: Expectation = { via: null, end: 'ready', alerts: NONE, link: 'same' };

/** The same, with incidents. */
export const unmovedBut = (...alerts: Reason[]): Expectation => ({ ...unmoved, alerts });

/** A start that becomes ready as if there were no fault. */
export const starts: Expectation = { via: { status: 'syncing' }, end: 'ready', alerts: NONE, link: 'same' };

/** Gives up and reports the reason once; `mend` brings the daemon back. */
export const fails = (reason: Reason, alerts: readonly string[] = [reason]): Expectation => ({
  via: { status: 'failed', reason },
  end: 'ready',
  alerts,
  link: 'same',
});

/** WhatsApp has logged the account out for good. A new QR code is shown only on request. */
export const expels: Expectation = {
  via: { status: 'failed', reason: 'banned' },
  end: 'linking',
  alerts: ['banned'],
  link: 'gone',
};

/** The link is gone: a new QR code, and one incident. */
export const relinks = (reason: Reason): Expectation => ({
  via: { status: 'linking', reason },
  end: 'linking',
  alerts: [reason],
  link: 'gone',
});

/** The daemon exits with this status, and the next daemon finds the session unchanged. */
export const exits = (exit: number, alerts = NONE): Expectation => ({
  via: null,
  end: { exit },
  alerts,
  link: 'same',
});

/** The daemon exits with 0 and unlinks the session, as requested. */
export const exitsUnlinked: Expectation = { ...exits(0), link: 'gone' };

/**
 * The daemon dies, its browser exits by itself, and the next daemon reaches the state that this one would
 * have.
 */
export const nextTakesOver: Expectation = { via: null, end: 'next', alerts: NONE, link: 'same' };
