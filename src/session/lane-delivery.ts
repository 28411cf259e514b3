// What a lane does with the end of a call to the page, and with what the disk says of that.
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
import { ask, become, doubted, give, giveAgain, isOver, learn, noteThat, settle, stay } from './lane-step.js';
import { isTaken } from './outbox.js';
import type { Said } from './send-outcome.js';

/** How often a page that lost a message in silence is given it, before that is a failure. */
const TRIES = 3;

/** The first call for a message. */
const first = ({ id, seq, attempts }: Marked): Attempt => ({
  ...{ id, seq, way: 'send', tries: 1, isFirst: attempts === 1, sinceMs: null },
});

/** It is its turn. */
export function turn(lane: Lane, { message }: LaneEventOf<'turn'>, now: LaneNow): NextLane {
  if (now.page === null) return stage(lane, { message });
  const paced = lane.paced === message.id ? lane.paced : null;
  return give({ ...lane, paced }, first(message), now);
}

/** It was marked for a turn, and something else has begun meanwhile: it is put back. */
export const stage = (lane: Lane, { message }: { readonly message: Marked }): NextLane => ({
  lane: { ...lane, staged: [...lane.staged, message] },
  effects: [{ do: 'scan' }],
});

/** The disk has a new state of some message of the lane, of which nothing is on its way. */
export const row = (lane: Lane, event: LaneEventOf<'row'>): NextLane => ({
  lane: learn(lane, event),
  effects: event.staged.length === 0 ? [] : [{ do: 'scan' }],
});

/** The same, while the disk is told what became of one; where it refused that, what has become of it since counts. */
export function rowNoting(lane: LaneAt<'noting'>, event: LaneEventOf<'row'>, now: LaneNow): NextLane {
  const { ref, isRefused } = lane.work;
  const next = learn(lane, event);
  return isRefused && event.message.id === ref.id && isOver(event.state) ? settle(next, now) : stay(next);
}

/** The same, while a call gives one to the page: the ack may come before the call has ended. */
export function rowDelivering(lane: LaneAt<'delivering'>, event: LaneEventOf<'row'>): NextLane {
  const { message, state } = event;
  const { work } = lane;
  const isKnown = message.id === work.attempt.id && isOver(state);
  return become(learn(lane, event), isKnown ? { ...work, known: isTaken(state) ? 'sent' : 'over' } : work);
}

/** The same, while the server's ack is awaited. */
export function rowAwaited(lane: LaneAt<'awaiting'>, event: LaneEventOf<'row'>, now: LaneNow): NextLane {
  const { flight } = lane.work;
  if (event.message.id !== flight.id || event.state === 'sending') return row(lane, event);
  return settle(learn(lane, event), now);
}

/** The page that was ready is not any more: nothing follows by itself. */
export const closed = (lane: Lane, _event: unknown, { page }: LaneNow): NextLane =>
  page === null && lane.staged.length > 0 ? { lane, effects: [{ do: 'scan' }] } : stay(lane);

/** The disk has it that the message goes to the page once more; unless it was acknowledged meanwhile. */
export function marked(lane: LaneAt<'marking'>, event: LaneEventOf<'noted'>, now: LaneNow): NextLane {
  const { attempt } = lane.work;
  if (event.message.id !== attempt.id) return stay(lane);
  return event.state === 'sending' ? give(lane, attempt, now) : settle(lane, now);
}

/** The end of a call. */
export function said(lane: LaneAt<'delivering'>, event: LaneEventOf<'said'>, now: LaneNow): NextLane {
  const { attempt, page, known } = lane.work;
  const isReady = page !== null && page === now.page;
  if (known !== null) return known === 'sent' && isReady ? follow(lane, now) : settle(lane, now);
  return SAID[event.said.as]({ lane, attempt, said: event.said as never, now, isReady });
}

/** The server has the message: the next one goes at once, where it is staged. */
function follow(lane: Lane, now: LaneNow, effects: readonly LaneEffect[] = []): NextLane {
  const [next, ...staged] = lane.staged;
  if (next === undefined || now.page === null) return settle(lane, now, effects);
  return give({ ...lane, staged }, first(next), now, effects);
}

interface Call<S> {
  readonly lane: LaneAt<'delivering'>;
  readonly attempt: Attempt;
  readonly said: S;
  readonly now: LaneNow;
  /** The page of the call is ready still. */
  readonly isReady: boolean;
}
type Handlers = { readonly [A in Said['as']]: (call: Call<Extract<Said, { readonly as: A }>>) => NextLane };

const SAID: Handlers = {
  // The next one does not wait for the disk.
  sent({ lane, attempt, said: { ack }, now, isReady }) {
    const note = { event: { type: 'accepted', ack } } as const;
    if (lane.staged.length === 0 || !isReady) return noteThat(lane, attempt, note);
    const { id, seq } = attempt;
    return follow(lane, now, [{ do: 'note', message: { id, seq }, note }]);
  },
  accepted({ lane, attempt, now, isReady }) {
    if (!isReady) return settle(doubted(lane, attempt), now);
    const { id, seq, way, sinceMs } = attempt;
    const flight = { id, seq, sinceMs: sinceMs ?? now.atMs, page: now.page, isResent: way === 'resend' };
    const wasLost = lane.doubts.some((ref) => ref.id === id);
    const next = { ...lane, doubts: lane.doubts.filter((ref) => ref.id !== id) };
    // It was given up for lost meanwhile.
    const noted = {
      do: 'note',
      message: { id, seq },
      note: { event: { type: 'accepted', ack: 0 } },
    } as const;
    return become(next, { at: 'awaiting', flight }, [
      ...(wasLost ? [noted] : []),
      ...(lane.staged.length > 0 ? [{ do: 'scan' } as const] : []),
    ]);
  },
  refused: ({ lane, attempt, said: { nack } }) =>
    noteThat(lane, attempt, { event: { type: 'accepted', ack: -1, nack } }),
  failed: ({ lane, attempt, said: { error } }) =>
    noteThat(lane, attempt, { event: { type: 'absent' }, error }),
  again({ lane, attempt, said: { way, error }, now, isReady }) {
    if (attempt.tries >= TRIES) return noteThat(lane, attempt, { event: { type: 'absent' }, error });
    if (!isReady) return settle(doubted(lane, attempt), now);
    return giveAgain(lane, { ...attempt, way, tries: attempt.tries + 1, isFirst: false });
  },
  unknown: ({ lane, attempt }) => noteThat(lane, attempt, { event: { type: 'lost' } }, 'ask'),
  // A page that had it before may have sent it.
  'no-page': ({ lane, attempt }) =>
    attempt.isFirst
      ? noteThat({ ...lane, paced: attempt.id }, attempt, { event: { type: 'returned' } }, 'rest')
      : noteThat(lane, attempt, { event: { type: 'lost' } }, 'rest'),
  elsewhere: ({ lane, attempt, said: { chatId } }) =>
    noteThat(lane, attempt, { event: { type: 'returned' }, chatId }),
  gone: ({ lane, now }) => settle(lane, now),
};

/** The disk has what became of the message. */
export function noted(lane: LaneAt<'noting'>, event: LaneEventOf<'noted'>, now: LaneNow): NextLane {
  const { ref, note, then } = lane.work;
  if (event.message.id !== ref.id) return stay(lane);
  // Where that is no change, the row was so before.
  const known = event.state === 'unknown' ? doubted(lane, ref) : lane;
  switch (then) {
    case 'next':
      return isSent(note) && known.askedBy === now.page ? follow(known, now) : settle(known, now);
    case 'ask':
      // Once more before the next of this lane, which would go out in front of this one.
      if (now.page === null || known.askedBy !== now.page) return settle(known, now);
      return ask(known, [ref], [], { flight: null, isNew: false, rests: false, page: now.page });
    case 'rest':
      return become(known, { at: 'resting' }, [
        { do: 'rest' },
        ...(known.staged.length > 0 ? [{ do: 'scan' } as const] : []),
      ]);
  }
}

/** The disk does not take it: a later page, or this one, is asked what became of the message. */
export const unmarked = (lane: LaneAt<'marking'>, event: LaneEventOf<'unwritten'>): NextLane =>
  event.message.id === lane.work.attempt.id
    ? become(doubted(lane, event.message), { at: 'idle' })
    : unwritten(lane, event);

/** The disk does not take it: what is known of the message is kept until it does. */
export const refused = (lane: LaneAt<'noting'>, event: LaneEventOf<'unwritten'>): NextLane =>
  event.message.id === lane.work.ref.id
    ? become(lane, { ...lane.work, isRefused: true })
    : unwritten(lane, event);

/** What was known of the message, the disk did not take, and nobody has it any more: the page is asked. */
export const unwritten = (lane: Lane, { message }: LaneEventOf<'unwritten'>): NextLane =>
  stay({ ...doubted(lane, message), askedBy: null });

export function noteAgain(lane: LaneAt<'noting'>): NextLane {
  const { ref, note, isRefused } = lane.work;
  if (!isRefused) return stay(lane);
  return become(lane, { ...lane.work, isRefused: false }, [{ do: 'note', message: ref, note }]);
}
