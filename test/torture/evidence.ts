// Saves the evidence of a failed run. The run's directories are removed, and a random run cannot be repeated
// exactly.
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../harness/home.js';
import type { Simulator } from '../simulator/simulator.js';

export interface Evidence {
  readonly home: Home;
  readonly sim: Simulator;
  /** How often each answer was reported to the consumer. */
  readonly reports: ReadonlyMap<string, number>;
}

/** The parts of a profile that are kept: what pages have stored. The rest is large. */
const STORED = /\/(Default|Local Storage|IndexedDB)(\/|$)|\/(session-[^/]*|auth)$/;
const LARGE = /Cache|WebStorage/;

/**
 * Writes logs, the daemon's database, profiles, and what the server and the people received into the
 * directory.
 */
export async function keep({ home, sim, reports }: Evidence, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const write = (name: string, what: unknown) => writeFile(join(dir, name), JSON.stringify(what, null, 1));
  await writeFile(join(dir, 'daemons.log'), home.tail(Number.MAX_SAFE_INTEGER));
  await write('arrivals.json', sim.ledger);
  await write('wire.json', sim.log);
  await write('loads.json', sim.loads);
  await write(
    'contacts.json',
    sim.contacts.map(({ number, received, sent }) => ({ number, received, sent })),
  );
  await write('reports.json', Object.fromEntries(reports));
  await cp(home.authDir, join(dir, 'auth'), {
    recursive: true,
    filter: (from) => !LARGE.test(from) && (STORED.test(from) || !from.includes('/session-')),
  });
  for (const name of await readdir(home.stateDir))
    if (/\.(sqlite|db)/.test(name)) await cp(join(home.stateDir, name), join(dir, name));
}
