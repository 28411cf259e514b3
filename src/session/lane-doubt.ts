// The messages of a lane whose outcome is not known. While the page may still say it, no later message of the lane is sent.
import type { Doubt, Lane, Ref, Work } from './lane.js';

/**
 * The waits between two questions about one message. The page's store often has the answer soon: WhatsApp Web writes a message
 * some time after its send function has accepted it (page/own-message.ts). After the last question the lane goes on, because a
 * page that cannot say it now may never say it.
 */
export const WAITS_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000, 15_000];

/** It holds back the messages after it. */
export const holds = ({ silences }: Doubt): boolean => silences <= WAITS_MS.length;

/** No page can say it, so nothing waits for it. */
export const withoutHope = <W extends Work>(lane: Lane<W>, ref: Ref): Lane<W> => ({
  ...lane,
  doubts: withRef(lane.doubts, { ...doubtOf(lane, ref), silences: WAITS_MS.length + 1 }),
});

/** The lane waits for the outcome of a message. */
export const isHeld = ({ doubts }: Pick<Lane, 'doubts'>): boolean => doubts.some(holds);

/** How long to wait before the next question about it. */
export const waitMs = ({ silences }: Doubt): number => WAITS_MS[Math.max(silences - 1, 0)] ?? 0;

/** The references without this one. */
export const without = <R extends Ref>(refs: readonly R[], { id }: Pick<Ref, 'id'>): readonly R[] =>
  refs.some((ref) => ref.id === id) ? refs.filter((ref) => ref.id !== id) : refs;

/** The references with this one, in the order of acceptance. */
export const withRef = <R extends Ref>(refs: readonly R[], ref: R): readonly R[] =>
  [...without(refs, ref), ref].sort((a, b) => a.seq - b.seq);

/** The question about a message, with how often it was asked before. */
export const doubtOf = ({ doubts }: Pick<Lane, 'doubts'>, { id, seq }: Ref): Doubt =>
  doubts.find((doubt) => doubt.id === id) ?? { id, seq, silences: 0 };

/** The page has to be asked what became of the message. */
export const withDoubt = <W extends Work>(lane: Lane<W>, ref: Ref): Lane<W> => ({
  ...lane,
  doubts: withRef(lane.doubts, doubtOf(lane, ref)),
});

export const withoutDoubt = <W extends Work>(lane: Lane<W>, ref: Ref): Lane<W> => ({
  ...lane,
  doubts: without(lane.doubts, ref),
});

/** The question settled nothing: the page could not say, or the disk could not record it. */
export const withSilence = <W extends Work>(lane: Lane<W>, doubt: Doubt): Lane<W> => ({
  ...lane,
  doubts: withRef(lane.doubts, { ...doubt, silences: doubt.silences + 1 }),
});
