// The shape of a row of the table of faults, and the words that its columns are written in. Knows no fault.
import type { Reason, StateName } from '../../src/protocol/state.js';
import type { Given } from './given.js';
import type { Scene } from './scene.js';

export type Act = (scene: Scene) => unknown;

export interface Row {
  readonly name: string;
  readonly given: Given;
  readonly do: Act;
  readonly expect: Expectation;
  /** Seconds from `do` to where the row ends; with a `mend`, once from `do` to `via` and once more from `mend` on. */
  readonly within: number;
  /** What has to be set right from outside before it can end well; done when `via` was seen. */
  readonly mend?: Act;
  /** The browser is beyond closing in order: it cannot have written that it did. */
  readonly rough?: true;
  /** Why it cannot be played on this machine; null where it can. */
  readonly needs?: string | null;
  /** More to look at when it has ended. */
  readonly also?: Act;
}

export interface Expectation {
  /** What it says on its way; null where nothing may happen at all. */
  readonly via: { readonly status: StateName; readonly reason?: Reason } | null;
  /** There may be no room even for the event: it is seen by asking, and the journal has a gap where the event is not. */
  readonly unkept?: true;
  /** Where it ends: a state, an exit status, or in the next daemon on the same session. */
  readonly end: StateName | { readonly exit: number } | 'next';
  /** Incidents that are told, in order: each one event and one line at `err`. */
  readonly alerts: readonly string[];
  /** `gone`: there is none any more, and linking begins anew. */
  readonly link: 'same' | 'gone';
}

const NONE: readonly string[] = [];

/** Says this, tells of these incidents, and is ready again over the same link. */
export const recovers = (reason: Reason, alerts = NONE): Expectation => ({
  via: { status: 'reconnecting', reason },
  end: 'ready',
  alerts,
  link: 'same',
});

/** One event and one line at `err`, as the fault is one that a person should hear of. */
export const told = (reason: Reason): Expectation => recovers(reason, [reason]);

/** The same, where there is no room for the event. */
export const toldOnly = (reason: Reason): Expectation => ({ ...told(reason), unkept: true });

/** The page proves itself anew, which is no trouble. */
export const resyncs: Expectation = { via: { status: 'syncing' }, end: 'ready', alerts: NONE, link: 'same' };

/** Replaces its browser by a wish of its own, which is no trouble either. */
export const renews: Expectation = { via: { status: 'starting' }, end: 'ready', alerts: NONE, link: 'same' };

/** Whatever was done: it stays in its state, and works. */
export const unmoved: Expectation = { via: null, end: 'ready', alerts: NONE, link: 'same' };

/** The same, but a person hears of it. */
export const unmovedBut = (...alerts: Reason[]): Expectation => ({ ...unmoved, alerts });

/** A start that comes to be ready, as if nothing were wrong. */
export const starts: Expectation = { via: { status: 'syncing' }, end: 'ready', alerts: NONE, link: 'same' };

/** Gives up for now and says why, once; `mend` brings it back. */
export const fails = (reason: Reason, alerts: readonly string[] = [reason]): Expectation => ({
  via: { status: 'failed', reason },
  end: 'ready',
  alerts,
  link: 'same',
});

/** WhatsApp has logged the account out for good: a fresh QR only once somebody asks for one. */
export const expels: Expectation = {
  via: { status: 'failed', reason: 'banned' },
  end: 'linking',
  alerts: ['banned'],
  link: 'gone',
};

/** The link is gone: a fresh QR, and one incident. */
export const relinks = (reason: Reason): Expectation => ({
  via: { status: 'linking', reason },
  end: 'linking',
  alerts: [reason],
  link: 'gone',
});

/** Ends with this status; the next daemon finds the session as it was. */
export const exits = (exit: number, alerts = NONE): Expectation => ({
  via: null,
  end: { exit },
  alerts,
  link: 'same',
});

/** Ends with 0 and takes the session along, as a person wished. */
export const exitsUnlinked: Expectation = { ...exits(0), link: 'gone' };

/** Dies; its browser goes by itself, and the next daemon takes over in the state where this one would have been. */
export const nextTakesOver: Expectation = { via: null, end: 'next', alerts: NONE, link: 'same' };
