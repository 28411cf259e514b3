// What a row looks at besides, when it has ended. Each throws when it is not so.
import assert from 'node:assert/strict';
import type { Act } from './row.js';

/** The fault was seen so soon after it was made. */
export const seenWithin =
  (seconds: number): Act =>
  ({ figures }) =>
    assert.ok(figures.seenS <= seconds, `seen after ${figures.seenS.toFixed(1)} s, not ${seconds}`);

/** The first delay and a start, with a fifth of it to spare. */
export const noSlowerThanAStart: Act = ({ figures, startMs }) => {
  const firstDelayS = 5;
  const boundS = (1.2 * startMs) / 1_000 + firstDelayS;
  figures.words.push(
    `a start takes ${(startMs / 1_000).toFixed(1)} s, so the bound is ${boundS.toFixed(1)} s`,
  );
  assert.ok(figures.endedS <= boundS, `${figures.endedS.toFixed(1)} s, not ${boundS.toFixed(1)}`);
};

/** Profiles that were set aside, for this reason each; none when no reason is given. */
export const asideIs =
  (...why: string[]): Act =>
  ({ home }) => {
    const aside = home
      .sessions()
      .flatMap((name) => /^session-default\.([a-z]+)-\d{8}T/.exec(name)?.[1] ?? []);
    assert.deepEqual(aside, why);
  };

/** On stderr, for whoever started it. */
export const says =
  (pattern: RegExp): Act =>
  ({ wad }) =>
    assert.match(wad.stderr, pattern);
