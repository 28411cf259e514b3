/** In any history, a lane delivers one message at a time, in order, loses none, and never gets stuck. */
import t from 'tap';
import { Broken, LaneWorld } from './lane-world.js';
import { seeded } from './world.js';

const HISTORIES = 100_000;
const STEPS = 40;

/** Plays one history. Returns the error with the history that led to it, or null. */
function play(seed: number, seen: Set<string>): string | null {
  const world = new LaneWorld(seeded(seed));
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
  const states = ['idle', 'checking', 'marking', 'delivering', 'noting', 'awaiting', 'asking', 'resting'];
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
  ];
  for (const what of [...states, ...events]) t.ok(seen.has(what), what);
  t.end();
});
