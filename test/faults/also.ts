// Additional checks at the end of a row. Each throws when it fails.
import assert from 'node:assert/strict';
import type { Act } from './row.js';

/**
 * The monitor found the fault at the second failed check in a row, as with the default settings, and not
 * later.
 */
export const secondCheck: Act = ({ wad, logFrom }) => {
  const lines = wad.log.slice(logFrom);
  const before = lines.slice(
    0,
    lines.findIndex(({ event }) => event === 'session.transition'),
  );
  const failures = before.filter(({ event }) => event === 'monitor.sick').map((line) => line.failures);
  assert.deepEqual(failures, [1, 2]);
};

/** The default of the first of `reconnect.delaysMs`. */
const FIRST_DELAY_MS = 5_000;

/**
 * Recovery took the first default delay and then one start: no state twice, no second attempt, no other
 * browser.
 */
export const oneStart: Act = async ({ wad, sim, logFrom }) => {
  await wad.logged('session.transition', ({ to }) => to === 'ready', { after: logFrom });
  const moves = wad.log.slice(logFrom).filter(({ event }) => event === 'session.transition');
  assert.deepEqual(
    moves.map(({ to }) => to),
    ['reconnecting', 'syncing', 'ready'],
  );
  const [lost] = moves;
  assert.equal(lost?.nextAttemptInMs, FIRST_DELAY_MS);
  const loads = sim.log.filter(({ at, type }) => type === 'GET /' && at >= Date.parse(String(lost?.time)));
  assert.equal(loads.length, 1, 'the page was loaded once');
};

/** The profiles that were quarantined, one for each of these reasons. */
export const isQuarantined =
  (...why: string[]): Act =>
  ({ home }) => {
    const aside = home
      .sessions()
      .flatMap((name) => /^session-default\.([a-z]+)-\d{8}T/.exec(name)?.[1] ?? []);
    assert.deepEqual(aside, why);
  };

/** The daemon's stderr has this text. */
export const says =
  (pattern: RegExp): Act =>
  ({ wad }) =>
    assert.match(wad.stderr, pattern);
