// A lane: the queue of messages to one person, under either identity, or to one group. At most one
// message of a lane is in flight; lanes are independent of each other. lane-transition.ts decides what
// follows from an event. Waiting messages are rows of the store. A lane holds only messages that are
// marked as given to the page.
import type { Fault } from '../protocol/fault.js';
import type { SendState } from '../protocol/state.js';
import type { Addressee } from '../protocol/wid.js';
import type { SendEvent } from './outbox.js';
import type { DeliveryResult } from './send-outcome.js';

/** A message by our id, with its place in the order of acceptance. */
export interface Ref {
  readonly id: string;
  readonly seq: number;
}

/** A message that is marked on disk as given to the page. */
export interface Marked extends Ref {
  /** How often it has been marked, including this time. */
  readonly attempts: number;
}

/**
 * `send` gives the content to the page; `resend` sends what the page has in its own
 * store. Both use the same id.
 */
export type Way = 'send' | 'resend';

/** One call that gives a message to the page. */
export interface Attempt extends Ref {
  readonly way: Way;
  /** Counts the calls of this turn, from 1. */
  readonly tries: number;
  /** No page was given it before. */
  readonly isFirst: boolean;
  /** Why it is given to the page once more, for the log; null for the first call. */
  readonly reason: string | null;
  /** Since when the page has it, ms since 1970; null while it does not. */
  readonly sinceMs: number | null;
}

/** A message that the page has, without an ack of WhatsApp's server. */
export interface Flight extends Ref {
  /** ms since 1970 */
  readonly sinceMs: number;
  /** The page that has it. */
  readonly page: number | null;
  /** That page has sent it from its store, which a page does once. */
  readonly isResent: boolean;
}

/** A message about which the page has to be asked. */
export interface Doubt extends Ref {
  /** How often the question has settled nothing: see lane-doubt.ts. */
  readonly silences: number;
}

/** What the lane waits for. */
export type Work =
  /** Nothing is in flight: the next message may be sent. */
  | { readonly at: 'idle' }
  /** The page's answer whether a chat with this person exists already. */
  | { readonly at: 'checking' }
  /** The disk, which must record that the message is given to the page again before it is. */
  | { readonly at: 'marking'; readonly attempt: Attempt }
  /** The page, which is being given a message. */
  | {
      readonly at: 'delivering';
      readonly attempt: Attempt;
      readonly page: number | null;
      /**
       * What the disk has recorded before the end of the call: the server has the
       * message, or its state is final.
       */
      readonly known: 'sent' | 'over' | null;
    }
  /** The disk, which must record what became of the message. */
  | {
      readonly at: 'noting';
      readonly ref: Ref;
      readonly note: Note;
      readonly then: 'next' | 'rest';
      /** The disk refused the note; it is tried again. */
      readonly isRefused: boolean;
    }
  /** The server's ack of a message that the page has. */
  | { readonly at: 'awaiting'; readonly flight: Flight }
  /** The page's answer on what became of a message. */
  | {
      readonly at: 'asking';
      readonly ref: Doubt;
      /** The messages to be asked about after it. */
      readonly queue: readonly Ref[];
      readonly flight: Flight | null;
      readonly page: number | null;
      /** The page has become ready after the messages were given to a page. */
      readonly isNew: boolean;
      /** Rests afterwards: a page that keeps losing a message is not given it in a tight loop. */
      readonly rests: boolean;
    }
  /** One second, after there was no page to give a message to. */
  | { readonly at: 'resting' }
  /** Some seconds, before the page is asked again about this message and others in doubt; nothing is sent meanwhile. */
  | { readonly at: 'waiting'; readonly doubt: Doubt };

export type At = Work['at'];

export interface Lane<W extends Work = Work> {
  readonly work: W;
  /**
   * Marked as given to the page while the message before them is in flight. The page does not have them yet.
   */
  readonly staged: readonly Marked[];
  /** The page has to be asked what became of these messages; in the order of acceptance. */
  readonly doubts: readonly Doubt[];
  /** The page that was asked about `doubts` when it became ready. */
  readonly askedBy: number | null;
  /**
   * A message that has waited for the pace and came back because there was no page: it does not wait again.
   */
  readonly paced: string | null;
}

export type LaneAt<S extends At> = Lane<Extract<Work, { readonly at: S }>>;

export const EMPTY: Lane = { work: { at: 'idle' }, staged: [], doubts: [], askedBy: null, paced: null };

/** A change of a row. */
export interface Note {
  readonly event: SendEvent;
  readonly error?: Fault;
  readonly chatId?: Addressee;
  /** It is given to the page again. */
  readonly attempted?: true;
}

/** The page's answer about a message of ours. */
export type Answer =
  | { readonly as: 'found'; readonly ack: number; readonly nack: number | null; readonly stranded: boolean }
  | { readonly as: 'lacking' }
  /** The page could not say. */
  | { readonly as: 'silent' }
  /** No page of the linked account can say: another account sent it. */
  | { readonly as: 'foreign' };

export type LaneEvent =
  /** It is this message's turn; on disk it is marked as given to the page. */
  | { readonly type: 'turn'; readonly message: Marked }
  /** A message has a new state on disk, and the next ones were marked in the same write. */
  | {
      readonly type: 'row';
      readonly message: Ref;
      readonly state: SendState;
      readonly staged: readonly Marked[];
    }
  /** The end of the call of `delivering`. */
  | { readonly type: 'result'; readonly result: DeliveryResult }
  /** The end of the question of `asking`. */
  | { readonly type: 'answered'; readonly answer: Answer }
  /** A note is on disk. `state`: the present state of the row. */
  | { readonly type: 'noted'; readonly message: Ref; readonly state: SendState | null }
  /** The disk refused a note. */
  | { readonly type: 'unwritten'; readonly message: Ref }
  /** It has waited for the pace on another lane, whose chat turned out to be this one's. */
  | { readonly type: 'paced'; readonly message: Ref }
  | { readonly type: 'check' }
  | { readonly type: 'checked' }
  /** A page has become ready, or is no longer ready: see `LaneNow.page`. */
  | { readonly type: 'page' }
  /** Time to ask a ready page for outcomes that it has not reported. */
  | { readonly type: 'tick' }
  | { readonly type: 'rested' }
  /** The end of the wait for this message, after it was asked about so often. */
  | { readonly type: 'waited'; readonly doubt: Doubt };

export type LaneEventOf<T extends LaneEvent['type']> = Extract<LaneEvent, { readonly type: T }>;

/**
 * Each `note` ends in `noted` or `unwritten`, each `deliver` in `result`, each `ask` in
 * `answered`, each `rest` in `rested`, each `wait` in `waited`.
 */
export type LaneEffect =
  | { readonly do: 'note'; readonly message: Ref; readonly note: Note }
  | { readonly do: 'deliver'; readonly attempt: Attempt }
  | { readonly do: 'ask'; readonly message: Ref }
  | { readonly do: 'rest' }
  | { readonly do: 'wait'; readonly doubt: Doubt; readonly ms: number }
  /**
   * Scans the rows of this lane: staged messages that cannot be sent are put back, and the next may be sent.
   */
  | { readonly do: 'scan' };

export interface LaneNow {
  /** ms since 1970 */
  readonly atMs: number;
  /** The page that is ready, counted from the start; null while none is. */
  readonly page: number | null;
}

export interface NextLane {
  readonly lane: Lane;
  readonly effects: readonly LaneEffect[];
}

export const isIdle = ({ work }: Lane): boolean => work.at === 'idle';

/** Neither page nor disk works for the lane. */
export const isAtRest = ({ work }: Lane): boolean => work.at === 'idle' || work.at === 'waiting';

/** The next message may be sent: nothing is in flight, and no staged message is still being put back. */
export const isFree = ({ work, staged }: Lane): boolean => work.at === 'idle' && staged.length === 0;

/** Nothing of the lane has to be kept in memory. */
export const isForgettable = ({ work, staged, doubts, paced }: Lane): boolean =>
  work.at === 'idle' && staged.length === 0 && doubts.length === 0 && paced === null;

/** The lane occupies one of the places of lanes that are served at the same time; their number is limited. */
export const isServed = ({ work }: Lane): boolean =>
  work.at === 'marking' || work.at === 'delivering' || work.at === 'noting' || work.at === 'asking';

/** A staged message follows as soon as the message before it is known to be sent. */
export const goesOn = ({ work }: Lane): boolean =>
  work.at === 'delivering' || (work.at === 'noting' && isSent(work.note));

/**
 * How many messages may be staged in the write that records the ack of the one before: one to
 * follow, and one behind it.
 */
export function roomBehind({ work, staged }: Lane): number {
  if (work.at === 'delivering') return Math.max(0, 1 - staged.length);
  return work.at === 'noting' && isSent(work.note) ? Math.max(0, 2 - staged.length) : 0;
}

/** The note says that the server has the message. */
export const isSent = ({ event }: Note): boolean => event.type === 'accepted' && event.ack > 0;

/** The lane knows the message: it is in flight, staged or in doubt. */
export const knows = ({ work, staged, doubts }: Lane, id: string): boolean =>
  [...staged, ...doubts, ...carriedBy(work)].some((ref) => ref.id === id);

function carriedBy(work: Work): readonly Ref[] {
  switch (work.at) {
    case 'marking':
    case 'delivering':
      return [work.attempt];
    case 'noting':
      return [work.ref];
    case 'awaiting':
      return [work.flight];
    case 'asking':
      return work.flight === null ? [] : [work.flight];
    default:
      return [];
  }
}

/** Merges two lanes that turned out to be the same person's. At least one of them is at rest. */
export function merged(one: Lane, other: Lane): Lane {
  const [lane, added] = isIdle(one) || (isAtRest(one) && !isAtRest(other)) ? [other, one] : [one, other];
  return {
    ...lane,
    staged: [...lane.staged, ...added.staged],
    doubts: [...lane.doubts, ...added.doubts].sort((a, b) => a.seq - b.seq),
    askedBy: added.doubts.length > 0 ? null : lane.askedBy,
    paced: lane.paced ?? added.paced,
  };
}
