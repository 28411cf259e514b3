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

/** Nothing happens. */
export const stay = (lane: Lane): NextLane => ({ lane, effects: [] });

export const become = (lane: Lane, work: Work, effects: readonly LaneEffect[] = []): NextLane => ({
  lane: { ...lane, work },
  effects,
});

/** The references without this one. */
export const without = <R extends Ref>(refs: readonly R[], { id }: Pick<Ref, 'id'>): readonly R[] =>
  refs.some((ref) => ref.id === id) ? refs.filter((ref) => ref.id !== id) : refs;

/** The references with this one, in the order of acceptance. */
export const withRef = (refs: readonly Ref[], { id, seq }: Ref): readonly Ref[] =>
  [...without(refs, { id }), { id, seq }].sort((a, b) => a.seq - b.seq);

/** The page could not say what became of the message. */
export const withDoubt = (lane: Lane, ref: Ref): Lane => ({ ...lane, doubts: withRef(lane.doubts, ref) });
export const withoutDoubt = (lane: Lane, ref: Ref): Lane => ({ ...lane, doubts: without(lane.doubts, ref) });

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
  then: 'next' | 'ask' | 'rest' = 'next',
): NextLane => {
  const ref = { id, seq };
  return become(withoutDoubt(lane, ref), { at: 'noting', ref, note, then, isRefused: false }, [
    { do: 'note', message: ref, note },
  ]);
};

/**
 * Nothing is in flight. A newly ready page is asked about the messages in doubt; otherwise the
 * next message may be sent.
 */
export function settle(lane: Lane, now: LaneNow, effects: readonly LaneEffect[] = []): NextLane {
  if (now.page !== null && lane.doubts.length > 0 && lane.askedBy !== now.page)
    return askAll(lane, null, now, effects);
  return become(lane, { at: 'idle' }, [...effects, { do: 'scan' }]);
}

/** Asks a newly ready page about everything that it has not been asked about. */
export const askAll = (
  lane: Lane,
  flight: Flight | null,
  now: LaneNow,
  effects: readonly LaneEffect[] = [],
): NextLane =>
  ask({ ...lane, askedBy: now.page }, flight === null ? lane.doubts : withRef(lane.doubts, flight), effects, {
    flight,
    isNew: true,
    rests: false,
    page: now.page,
  });

/** Asks about these messages, one after the other. */
export function ask(
  lane: Lane,
  refs: readonly Ref[],
  effects: readonly LaneEffect[],
  how: Pick<Extract<Work, { at: 'asking' }>, 'flight' | 'isNew' | 'rests' | 'page'>,
): NextLane {
  const [first, ...queue] = refs;
  if (first !== undefined) {
    const ref = { id: first.id, seq: first.seq };
    return become(lane, { at: 'asking', ref, queue, ...how }, [...effects, { do: 'ask', message: ref }]);
  }
  if (how.flight !== null) return become(lane, { at: 'awaiting', flight: how.flight }, effects);
  if (how.rests) return become(lane, { at: 'resting' }, [...effects, { do: 'rest' }]);
  return become(lane, { at: 'idle' }, [...effects, { do: 'scan' }]);
}

/** The message is no longer in flight, according to the disk. */
export const isOver = (state: SendState): boolean => state !== 'sending' && state !== 'unknown';

/** Replaces what the lane knows of a message by what the disk has now. */
export function learn(lane: Lane, { message, state, staged }: LaneEventOf<'row'>): Lane {
  let { doubts, staged: own, paced } = lane;
  // `sending`, and not by this lane: a report about it arrived after a person had decided about it.
  if (state === 'unknown' || (state === 'sending' && !knows(lane, message.id)))
    doubts = withRef(doubts, message);
  else if (isOver(state)) doubts = without(doubts, message);
  if (state !== 'sending') own = without(own, message);
  if (staged.length > 0) own = [...own, ...staged];
  if (isOver(state) && state !== 'queued' && paced === message.id) paced = null;
  return { ...lane, doubts, staged: own, paced };
}
