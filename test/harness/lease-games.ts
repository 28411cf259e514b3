// A worker that plays many games of the lease. In a thread of its own, because tap follows every promise of its own thread,
// which makes them twenty times as slow.
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { type Game, type Outcome, playLease } from './lease-model.js';

export type Games = Omit<Game, 'seed'> & { readonly runs: number };

/** Plays with the seeds from 1 to `runs`. */
export function playGames(games: Games): Promise<readonly Outcome[]> {
  const worker = new Worker(new URL(import.meta.url), { workerData: games });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the games ended without a result')));
  });
}

if (parentPort !== null) {
  const { runs, ...game } = workerData as Games;
  const outcomes: Outcome[] = [];
  for (let seed = 1; seed <= runs; seed += 1) outcomes.push(await playLease({ seed, ...game }));
  parentPort.postMessage(outcomes);
}
