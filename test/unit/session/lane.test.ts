/**
 * In any history, a lane delivers one message at a time, in order, loses none, and never gets stuck. It goes on past a message
 * of unknown outcome only after it has asked as often as it may.
 */
import t from 'tap';
import { WORK } from '../../../src/session/lane-transition.js';
import { Broken, LaneWorld } from './lane-world.js';
import { seeded } from './world.js';

const HISTORIES = 100_000;
const STEPS = 40;

/** Plays one history. Returns the error with the history that led to it, or null. */
function play(seed: number, seen: Set<string>, how: { isMute?: boolean } = {}): string | null {
  const world = new LaneWorld(seeded(seed), how);
  try {
    for (let n = 0; n < STEPS; n++) world.step();
    world.settle();
    for (const what of world.seen) seen.add(what);
    return null;
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return `seed ${seed}: ${error.message}\n${world.history}`;
  }
}

t.test(`${HISTORIES} histories of ${STEPS} events each`, (t) => {
  const failures: string[] = [];
  const seen = new Set<string>();
  for (let seed = 1; seed <= HISTORIES && failures.length < 2; seed++) {
    const failure = play(seed, seen);
    if (failure !== null) failures.push(failure);
  }
  t.same(failures, []);
  const events = [
    'turn',
    'row',
    'result',
    'answered',
    'noted',
    'unwritten',
    'checked',
    'page',
    'tick',
    'rested',
    'waited',
  ];
  for (const what of [...WORK, ...events]) t.ok(seen.has(what), what);
  t.end();
});

t.test('a page that never says what became of a message holds back the others only for a time', (t) => {
  const failures: string[] = [];
  const seen = new Set<string>();
  for (let seed = 1; seed <= HISTORIES / 5 && failures.length < 2; seed++) {
    const failure = play(seed, seen, { isMute: true });
    if (failure !== null) failures.push(failure);
  }
  t.same(failures, []);
  for (const what of ['muted', 'overtakes']) t.ok(seen.has(what), what);
  t.end();
});
