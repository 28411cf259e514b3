// How a lane learns the outcome of messages: it asks the page for the id of each, and guesses nothing (H6). A page that cannot
// say it is asked again, a bounded number of times, before the lane goes on (lane-doubt.ts).
import type { Flight, LaneAt, LaneEventOf, LaneNow, NextLane, Note, Ref } from './lane.js';
import { doubtOf, holds, withDoubt, withoutDoubt, withoutHope, withSilence } from './lane-doubt.js';
import { ask, askAll, become, giveAgain, learn, putBack, settle, stay } from './lane-step.js';

/**
 * A message without an ack after this time is sent once more by the same page, before the monitor
 * reports the page as stuck.
 */
const RESEND_MS = 30_000;

/** A page is ready; it may be another one than before. */
export function opened(
  lane: LaneAt<'idle' | 'awaiting' | 'waiting'>,
  _event: unknown,
  now: LaneNow,
): NextLane {
  if (now.page === null || lane.askedBy === now.page) return stay(lane);
  const { work } = lane;
  if (work.at === 'awaiting') return askAll(lane, work.flight, now);
  return lane.doubts.length > 0 ? askAll(lane, null, now) : stay(lane);
}

/** The page may have the answer by now. */
export const askDoubts = (lane: LaneAt<'idle'>, _event: unknown, { page }: LaneNow): NextLane =>
  lane.doubts.length === 0 || page === null
    ? stay(lane)
    : ask(lane, lane.doubts, [], { flight: null, isNew: false, rests: false, page });

/** The page may know of an ack that it did not report. */
export const askFlight = (lane: LaneAt<'awaiting'>, _event: unknown, { page }: LaneNow): NextLane =>
  page === null
    ? stay(lane)
    : ask(lane, [lane.work.flight, ...lane.doubts], [], {
        flight: lane.work.flight,
        isNew: false,
        rests: false,
        page,
      });

/** A row has changed while the page is being asked. */
export function rowAsked(lane: LaneAt<'asking'>, event: LaneEventOf<'row'>): NextLane {
  const { work } = lane;
  const next = learn(lane, event);
  const isOver = work.flight?.id === event.message.id && event.state !== 'sending';
  return become(next, isOver ? { ...work, flight: null } : work, putBack(event));
}

/** A row has changed before the page is asked again. If its outcome was the one that was waited for, the lane goes on. */
export function rowWaiting(lane: LaneAt<'waiting'>, event: LaneEventOf<'row'>, now: LaneNow): NextLane {
  const next = learn(lane, event);
  const isKnown = !next.doubts.some(({ id }) => id === lane.work.doubt.id);
  return isKnown ? settle(next, now, putBack(event)) : { lane: next, effects: putBack(event) };
}

/** Time to ask again. The end of an earlier wait, which a report has made superfluous, means nothing. */
export function waited(lane: LaneAt<'waiting'>, { doubt }: LaneEventOf<'waited'>, now: LaneNow): NextLane {
  const { id, silences } = lane.work.doubt;
  return doubt.id === id && doubt.silences === silences ? settle(lane, now) : stay(lane);
}

/** The page's answer about one message. Its result is on disk before the next question. */
export function answered(
  lane: LaneAt<'asking'>,
  { answer }: LaneEventOf<'answered'>,
  now: LaneNow,
): NextLane {
  const { work } = lane;
  const { ref, flight, page, isNew } = work;
  // The page was replaced or lost: the answer of the old one is ignored.
  if (page !== now.page) return interrupted(lane, now);
  const isFlight = flight?.id === ref.id;
  // It was acknowledged, or has ended, while the page was asked.
  if (!isFlight && !lane.doubts.some(({ id }) => id === ref.id)) return askNext(lane, now);
  switch (answer.as) {
    case 'foreign':
      if (!isFlight) return lost(withoutHope(lane, ref), ref);
      return note(lane, { event: { type: 'lost' } }, { flight: null });
    case 'silent':
      if (!isFlight) return silent(lane, now);
      if (flight.page === page) return askNext(lane, now);
      // The page that had it is gone, and no ack can be awaited from this one.
      return note(lane, { event: { type: 'lost' } }, { flight: null });
    case 'lacking':
      // A page that has taken it need not keep it: a person may have deleted it there.
      if (isFlight && flight.page === page) return askNext(lane, now);
      // It is queued again, behind messages that were accepted before it.
      return note(lane, { event: { type: 'again' } }, { flight: isFlight ? null : flight, rests: !isNew });
    case 'found': {
      const { ack, nack, stranded } = answer;
      const known = { event: { type: 'accepted', ack, nack } } as const;
      if (ack !== 0) return note(lane, known, { flight: isFlight ? null : flight });
      // One at a time: the page is asked about it again as soon as the message before it is sent.
      if (flight !== null && !isFlight) return askNext({ ...lane, askedBy: null }, now);
      if (stranded || isStuck(flight, now))
        return giveAgain(lane, {
          ...ref,
          way: 'resend',
          tries: 1,
          isFirst: false,
          reason: null,
          sinceMs: flight?.sinceMs ?? null,
        });
      if (isFlight) return askNext({ ...lane, work: { ...work, flight: hereIs(flight, page) } }, now);
      return note(lane, known, { flight: { ...ref, sinceMs: now.atMs, page, isResent: false } });
    }
  }
}

/** The page could not say. After the last question the disk has to know, so that the message blocks its lane no more. */
function silent(lane: LaneAt<'asking'>, now: LaneNow): NextLane {
  const { ref } = lane.work;
  const next = withSilence(lane, ref);
  if (holds(doubtOf(next, ref))) return askNext(next, now);
  return lost(next, ref);
}

const lost = (lane: LaneAt<'asking'>, { id, seq }: Ref): NextLane => ({
  lane,
  effects: [{ do: 'note', message: { id, seq }, note: { event: { type: 'lost' } } }],
});

/** This page has it as well. */
const hereIs = (flight: Flight, page: number | null): Flight =>
  flight.page === page ? flight : { ...flight, page, isResent: false };

/** This page has had it for long, and has not sent it from its store yet. */
const isStuck = (flight: Flight | null, { atMs, page }: LaneNow): boolean =>
  flight !== null && !(flight.page === page && flight.isResent) && atMs - flight.sinceMs > RESEND_MS;

/** Records what became of the message that was asked about. */
function note(
  lane: LaneAt<'asking'>,
  what: Note,
  { flight, rests = false }: { readonly flight: Flight | null; readonly rests?: boolean },
): NextLane {
  const { work } = lane;
  return become(withoutDoubt(lane, work.ref), { ...work, flight, rests: work.rests || rests }, [
    { do: 'note', message: { id: work.ref.id, seq: work.ref.seq }, note: what },
  ]);
}

/** The note is on disk: asks the next question. */
export const notedAsked = (lane: LaneAt<'asking'>, event: LaneEventOf<'noted'>, now: LaneNow): NextLane =>
  event.message.id === lane.work.ref.id ? askNext(lane, now) : stay(lane);

/** The disk refused a note: the message stays in doubt. */
export const unnoted = (
  lane: LaneAt<'asking'>,
  { message }: LaneEventOf<'unwritten'>,
  now: LaneNow,
): NextLane => {
  const { work } = lane;
  if (message.id === work.ref.id) return askNext(withSilence(lane, work.ref), now);
  return stay(withDoubt(lane, message));
};

function askNext(lane: LaneAt<'asking'>, now: LaneNow): NextLane {
  const { queue, flight, page, isNew, rests } = lane.work;
  return page === now.page ? ask(lane, queue, [], { flight, isNew, rests, page }) : interrupted(lane, now);
}

/** The page that was asked is not the current one. */
function interrupted(lane: LaneAt<'asking'>, now: LaneNow): NextLane {
  const { flight } = lane.work;
  if (now.page !== null) return askAll(lane, flight, now);
  return flight === null ? settle(lane, now) : become(lane, { at: 'awaiting', flight });
}
