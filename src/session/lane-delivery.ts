// How a lane continues after a call to the page has ended, and after the disk has recorded the result.
import {
  type Attempt,
  isSent,
  type Lane,
  type LaneAt,
  type LaneEffect,
  type LaneEventOf,
  type LaneNow,
  type Marked,
  type NextLane,
} from './lane.js';
import { isHeld, withDoubt, withoutDoubt } from './lane-doubt.js';
import { become, give, giveAgain, isOver, learn, noteThat, putBack, settle, stay } from './lane-step.js';
import { isTaken } from './outbox.js';
import type { DeliveryResult } from './send-outcome.js';

/** How often a message is given to a page that loses it without an error, before it has failed. */
const TRIES = 3;

/** The first call for a message. */
const first = ({ id, seq, attempts }: Marked): Attempt => ({
  id,
  seq,
  way: 'send',
  tries: 1,
  isFirst: attempts === 1,
  reason: null,
  sinceMs: null,
});

/** It is the message's turn: gives it to the page. */
export function turn(lane: Lane, { message }: LaneEventOf<'turn'>, now: LaneNow): NextLane {
  if (now.page === null) return stage(lane, { message });
  if (isHeld(lane)) {
    const staged = stage(lane, { message });
    return settle(staged.lane, now, staged.effects);
  }
  const paced = lane.paced === message.id ? lane.paced : null;
  return give({ ...lane, paced }, first(message), now);
}

/**
 * The message was marked for its turn, but the lane has started something else: the next scan puts it back.
 */
export const stage = (lane: Lane, { message }: { readonly message: Marked }): NextLane => ({
  lane: { ...lane, staged: [...lane.staged, message] },
  effects: [{ do: 'scan' }],
});

/** A row of the lane has changed on disk; nothing follows from it now. */
export const row = (lane: Lane, event: LaneEventOf<'row'>): NextLane => ({
  lane: learn(lane, event),
  effects: putBack(event),
});

/** A row has changed and nothing is in flight: if it is in doubt now, the page is asked before another one is sent. */
export function rowIdle(lane: LaneAt<'idle'>, event: LaneEventOf<'row'>, now: LaneNow): NextLane {
  const next = row(lane, event);
  const isDoubt = next.lane.doubts.some(({ id }) => id === event.message.id);
  return isDoubt && now.page !== null ? settle(next.lane, now, next.effects) : next;
}

/**
 * A row has changed while a note is pending. If the disk refused the note, a final state
 * from elsewhere replaces it.
 */
export function rowNoting(lane: LaneAt<'noting'>, event: LaneEventOf<'row'>, now: LaneNow): NextLane {
  const { ref, isRefused } = lane.work;
  const next = learn(lane, event);
  return isRefused && event.message.id === ref.id && isOver(event.state) ? settle(next, now) : stay(next);
}

/** A row has changed during a call to the page. The ack may arrive before the call ends. */
export function rowDelivering(lane: LaneAt<'delivering'>, event: LaneEventOf<'row'>): NextLane {
  const { message, state } = event;
  const { work } = lane;
  const isKnown = message.id === work.attempt.id && isOver(state);
  return become(learn(lane, event), isKnown ? { ...work, known: isTaken(state) ? 'sent' : 'over' } : work);
}

/** A row has changed while the lane awaits the server's ack. */
export function rowAwaited(lane: LaneAt<'awaiting'>, event: LaneEventOf<'row'>, now: LaneNow): NextLane {
  const { flight } = lane.work;
  if (event.message.id !== flight.id || event.state === 'sending') return row(lane, event);
  return settle(learn(lane, event), now);
}

/** The page is no longer ready: the next scan unstages messages. */
export const closed = (lane: Lane, _event: unknown, { page }: LaneNow): NextLane =>
  page === null && lane.staged.length > 0 ? { lane, effects: [{ do: 'scan' }] } : stay(lane);

/**
 * The disk has recorded the retry: gives the message to the page, unless it was acknowledged in the meantime.
 */
export function marked(lane: LaneAt<'marking'>, event: LaneEventOf<'noted'>, now: LaneNow): NextLane {
  const { attempt } = lane.work;
  if (event.message.id !== attempt.id) return stay(lane);
  return event.state === 'sending' ? give(lane, attempt, now) : settle(lane, now);
}

/** The end of a call. */
export function result(lane: LaneAt<'delivering'>, event: LaneEventOf<'result'>, now: LaneNow): NextLane {
  const { attempt, page, known } = lane.work;
  const isReady = page !== null && page === now.page;
  if (known !== null) return known === 'sent' && isReady ? follow(lane, now) : settle(lane, now);
  return RESULTS[event.result.as]({ lane, attempt, result: event.result as never, now, isReady });
}

/** The server has the message: if the next one is staged, it is sent at once. */
function follow(lane: Lane, now: LaneNow, effects: readonly LaneEffect[] = []): NextLane {
  const [next, ...staged] = lane.staged;
  if (next === undefined || now.page === null) return settle(lane, now, effects);
  if (isHeld(lane)) return settle(lane, now, [...effects, { do: 'scan' }]);
  return give({ ...lane, staged }, first(next), now, effects);
}

interface Call<S> {
  readonly lane: LaneAt<'delivering'>;
  readonly attempt: Attempt;
  readonly result: S;
  readonly now: LaneNow;
  /** The page of the call is still ready. */
  readonly isReady: boolean;
}
type Handlers = {
  readonly [A in DeliveryResult['as']]: (call: Call<Extract<DeliveryResult, { readonly as: A }>>) => NextLane;
};

const RESULTS: Handlers = {
  // The next message does not wait for the disk.
  sent({ lane, attempt, result: { ack }, now, isReady }) {
    const note = { event: { type: 'accepted', ack } } as const;
    if (lane.staged.length === 0 || !isReady) return noteThat(lane, attempt, note);
    const { id, seq } = attempt;
    return follow(lane, now, [{ do: 'note', message: { id, seq }, note }]);
  },
  accepted({ lane, attempt, now, isReady }) {
    if (!isReady) return settle(withDoubt(lane, attempt), now);
    const { id, seq, way, sinceMs } = attempt;
    const flight = { id, seq, sinceMs: sinceMs ?? now.atMs, page: now.page, isResent: way === 'resend' };
    const wasLost = lane.doubts.some((ref) => ref.id === id);
    const next = withoutDoubt(lane, { id, seq });
    // Its row was marked unknown in the meantime.
    const noted = {
      do: 'note',
      message: { id, seq },
      note: { event: { type: 'accepted', ack: 0 } },
    } as const;
    return become(next, { at: 'awaiting', flight }, [...(wasLost ? [noted] : []), ...putBack(lane)]);
  },
  refused: ({ lane, attempt, result: { nack } }) =>
    noteThat(lane, attempt, { event: { type: 'accepted', ack: -1, nack } }),
  failed: ({ lane, attempt, result: { error } }) =>
    noteThat(lane, attempt, { event: { type: 'absent' }, error }),
  again({ lane, attempt, result: { way, error }, now, isReady }) {
    if (attempt.tries >= TRIES) return noteThat(lane, attempt, { event: { type: 'absent' }, error });
    if (!isReady) return settle(withDoubt(lane, attempt), now);
    return giveAgain(lane, {
      ...attempt,
      way,
      tries: attempt.tries + 1,
      isFirst: false,
      reason: error.message,
    });
  },
  unknown: ({ lane, attempt }) => noteThat(lane, attempt, { event: { type: 'lost' } }),
  // A page that had it before may have sent it.
  'no-page': ({ lane, attempt }) =>
    attempt.isFirst
      ? noteThat({ ...lane, paced: attempt.id }, attempt, { event: { type: 'returned' } }, 'rest')
      : noteThat(lane, attempt, { event: { type: 'lost' } }, 'rest'),
  elsewhere: ({ lane, attempt, result: { chatId } }) =>
    noteThat(lane, attempt, { event: { type: 'returned' }, chatId }),
  gone: ({ lane, now }) => settle(lane, now),
};

/** The note is on disk. */
export function noted(lane: LaneAt<'noting'>, event: LaneEventOf<'noted'>, now: LaneNow): NextLane {
  const { ref, note, then } = lane.work;
  if (event.message.id !== ref.id) return stay(lane);
  // The note changed nothing if the row was unknown already.
  const known = event.state === 'unknown' ? withDoubt(lane, ref) : lane;
  switch (then) {
    case 'next':
      return isSent(note) && known.askedBy === now.page ? follow(known, now) : settle(known, now);
    case 'rest':
      return become(known, { at: 'resting' }, [{ do: 'rest' }, ...putBack(known)]);
  }
}

/** The disk refused to record the retry: the page is asked what became of the message. */
export const unmarked = (lane: LaneAt<'marking'>, event: LaneEventOf<'unwritten'>): NextLane =>
  event.message.id === lane.work.attempt.id
    ? become(withDoubt(lane, event.message), { at: 'idle' })
    : unwritten(lane, event);

/** The disk refused the note: it is kept and written again at the next tick. */
export const refused = (lane: LaneAt<'noting'>, event: LaneEventOf<'unwritten'>): NextLane =>
  event.message.id === lane.work.ref.id
    ? become(lane, { ...lane.work, isRefused: true })
    : unwritten(lane, event);

/** The disk refused a note that the lane no longer holds: the page is asked what became of the message. */
export const unwritten = (lane: Lane, { message }: LaneEventOf<'unwritten'>): NextLane =>
  stay({ ...withDoubt(lane, message), askedBy: null });

export function noteAgain(lane: LaneAt<'noting'>): NextLane {
  const { ref, note, isRefused } = lane.work;
  if (!isRefused) return stay(lane);
  return become(lane, { ...lane.work, isRefused: false }, [{ do: 'note', message: ref, note }]);
}
