// Helpers that build a lane's next state, shared by its transitions.
import type { SendState } from '../protocol/state.js';
import {
  type Attempt,
  type Flight,
  knows,
  type Lane,
  type LaneEffect,
  type LaneEventOf,
  type LaneNow,
  type NextLane,
  type Note,
  type Ref,
  type Work,
} from './lane.js';
import { doubtOf, holds, isHeld, waitMs, withDoubt, without, withoutDoubt, withRef } from './lane-doubt.js';

/** Nothing happens. */
export const stay = (lane: Lane): NextLane => ({ lane, effects: [] });

export const become = (lane: Lane, work: Work, effects: readonly LaneEffect[] = []): NextLane => ({
  lane: { ...lane, work },
  effects,
});

/** Gives a message to the page; the disk has recorded that already. */
export const give = (
  lane: Lane,
  attempt: Attempt,
  { page }: LaneNow,
  effects: readonly LaneEffect[] = [],
): NextLane =>
  become(
    { ...withoutDoubt(lane, attempt), askedBy: page },
    { at: 'delivering', attempt, page, known: null },
    [...effects, { do: 'deliver', attempt }],
  );

/** Gives a message to the page once more, as soon as the disk has recorded that. */
export const giveAgain = (lane: Lane, attempt: Attempt, effects: readonly LaneEffect[] = []): NextLane =>
  become(withoutDoubt(lane, attempt), { at: 'marking', attempt }, [
    ...effects,
    { do: 'note', message: attempt, note: { event: { type: 'submit' }, attempted: true } },
  ]);

/** Records what became of a message, and waits until that is on disk. */
export const noteThat = (
  lane: Lane,
  { id, seq }: Ref,
  note: Note,
  then: 'next' | 'rest' = 'next',
): NextLane => {
  const ref = { id, seq };
  return become(withoutDoubt(lane, ref), { at: 'noting', ref, note, then, isRefused: false }, [
    { do: 'note', message: ref, note },
  ]);
};

/**
 * Nothing is in flight. A newly ready page is asked about the messages in doubt, and any page about those that hold back the
 * others; otherwise the next message may be sent.
 */
export function settle(lane: Lane, now: LaneNow, effects: readonly LaneEffect[] = []): NextLane {
  const { page } = now;
  if (page !== null && lane.doubts.length > 0 && lane.askedBy !== page)
    return askAll(lane, null, now, effects);
  if (page !== null && isHeld(lane))
    return ask(lane, lane.doubts.filter(holds), effects, { flight: null, isNew: false, rests: false, page });
  return become(lane, { at: 'idle' }, [...effects, { do: 'scan' }]);
}

/** Asks a newly ready page about everything that it has not been asked about. */
export const askAll = (
  lane: Lane,
  flight: Flight | null,
  now: LaneNow,
  effects: readonly LaneEffect[] = [],
): NextLane =>
  ask(
    { ...lane, askedBy: now.page },
    flight === null ? lane.doubts : withRef<Ref>(lane.doubts, flight),
    effects,
    {
      flight,
      isNew: true,
      rests: false,
      page: now.page,
    },
  );

/** Asks about these messages, one after the other. */
export function ask(
  lane: Lane,
  refs: readonly Ref[],
  effects: readonly LaneEffect[],
  how: Pick<Extract<Work, { at: 'asking' }>, 'flight' | 'isNew' | 'rests' | 'page'>,
): NextLane {
  const [first, ...queue] = refs;
  if (first !== undefined) {
    const { id, seq } = first;
    const ref = doubtOf(lane, first);
    return become(lane, { at: 'asking', ref, queue, ...how }, [
      ...effects,
      { do: 'ask', message: { id, seq } },
    ]);
  }
  if (how.flight !== null) return become(lane, { at: 'awaiting', flight: how.flight }, effects);
  const doubt = lane.doubts.find(holds);
  if (doubt !== undefined)
    return become(lane, { at: 'waiting', doubt }, [
      ...effects,
      { do: 'wait', doubt, ms: waitMs(doubt) },
      ...putBack(lane),
    ]);
  if (how.rests) return become(lane, { at: 'resting' }, [...effects, { do: 'rest' }]);
  return become(lane, { at: 'idle' }, [...effects, { do: 'scan' }]);
}

/** Staged messages that cannot follow now go back to the queue. */
export const putBack = ({ staged }: Pick<Lane, 'staged'>): readonly LaneEffect[] =>
  staged.length === 0 ? [] : [{ do: 'scan' }];

/** The message is no longer in flight, according to the disk. */
export const isOver = (state: SendState): boolean => state !== 'sending' && state !== 'unknown';

/** Replaces what the lane knows of a message by what the disk has now. */
export function learn(lane: Lane, { message, state, staged }: LaneEventOf<'row'>): Lane {
  let { doubts, staged: own, paced } = lane;
  // `sending`, and not by this lane: a report about it arrived after a person had decided about it.
  if (state === 'unknown' || (state === 'sending' && !knows(lane, message.id)))
    doubts = withDoubt(lane, message).doubts;
  else if (isOver(state)) doubts = without(doubts, message);
  if (state !== 'sending') own = without(own, message);
  if (staged.length > 0) own = [...own, ...staged];
  if (isOver(state) && state !== 'queued' && paced === message.id) paced = null;
  return { ...lane, doubts, staged: own, paced };
}
