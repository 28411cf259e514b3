/**
 * In any history, no session that the phone still honours is removed, and the state machine never gets stuck.
 */
import t from 'tap';
import { STATES } from '../../../src/protocol/state.js';
import { Broken, seeded, World } from './world.js';

const HISTORIES = 100_000;
const STEPS = 36;
/** Every tenth history is sampled for the statistics. */
const SAMPLE = 10;

/** For each state and effect, the number of sampled histories that contain it. */
const seen = new Map<string, number>();

/** Plays one history. Returns the error with the history that led to it, or null. */
function play(seed: number): string | null {
  const world = new World(seeded(seed));
  try {
    for (let n = 0; n < STEPS; n++) world.step();
    world.settle();
    if (seed % SAMPLE === 0) for (const what of world.seen) seen.set(what, (seen.get(what) ?? 0) + 1);
    return null;
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return `seed ${seed}: ${error.message}\n${world.history}`;
  }
}

t.test(`${HISTORIES} histories of ${STEPS} events each`, (t) => {
  const failures: string[] = [];
  for (let seed = 1; seed <= HISTORIES && failures.length < 3; seed++) {
    const failure = play(seed);
    if (failure !== null) failures.push(failure);
  }
  t.same(failures, []);
  const effects = [
    'launch',
    'remove-profile',
    'quarantine-profile',
    'examine-profile',
    'logout',
    'exit',
    'nudge',
  ];
  for (const what of [...STATES, ...effects])
    t.ok((seen.get(what) ?? 0) > 50, `${what}: ${seen.get(what)} times`);
  t.end();
});
