/** Runs the suite: a stage with the people that it needs, a linked session, and mocha in a separate process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BareClient } from '../simulator/bare-client.js';
import { layOut, suiteIn, UsageError } from './checkout.js';
import { onRealPage, onSimulator, type Person, type Stage } from './stage.js';

export interface SuiteOptions {
  folder: string;
  /** use the table of adaptations */
  adapted: boolean;
  /** A folder of WhatsApp Web's modules: it runs on the page itself instead of the simulator. */
  modules?: string;
  only?: string;
  grep?: string;
}

const RUNNER = fileURLToPath(new URL('./runner.js', import.meta.url));
const SESSION = 'upstream';
const REMOTE = '15550002222';
/** The suite also sends this person's contact card, by number. */
const OTHER = '5511942167462';
const PEOPLE: readonly Person[] = [
  { number: REMOTE, name: 'Remote' },
  { number: OTHER, name: 'Other' },
];
/** The page itself compiles 40 MB of modules at its first load. */
const LINK_MS = 120_000;

/** The names of test files under the folder, in mocha's order. */
async function filesOf(suite: string, only: string | undefined): Promise<string[]> {
  const names = (await readdir(suite, { recursive: true })).filter(
    (name) => name.endsWith('.js') && name !== 'helper.js' && !name.split(path.sep).includes('node_modules'),
  );
  const files = names.sort().filter((name) => only === undefined || name === only);
  if (files.length === 0) throw new UsageError(`no test file ${only ?? ''} in ${suite}`);
  return files;
}

/** Links a profile under `.wwebjs_auth`, where the suite's own clients look for it. */
async function link(stage: Stage, place: string): Promise<void> {
  const directory = path.join(place, '.wwebjs_auth');
  const bare = await BareClient.start(stage, { directory, clientId: SESSION });
  try {
    const [qr] = await bare.wait('qr');
    await stage.scan(qr);
    await bare.wait('ready', () => true, LINK_MS);
  } finally {
    await bare.close();
  }
}

/** Returns the exit status. Throws UsageError. */
export async function runSuite({ folder, adapted, modules, only, grep }: SuiteOptions): Promise<number> {
  const suite = await suiteIn(folder);
  const files = await filesOf(suite, only);
  const place = await mkdtemp(path.join(tmpdir(), 'upstream-suite-'));
  try {
    const mocha = await layOut(suite, place);
    await using stage = await (modules === undefined ? onSimulator(PEOPLE) : onRealPage(modules, PEOPLE));
    await link(stage, place);
    const browser = await stage.browserWrapper(place, { sandbox: process.getuid?.() !== 0 });
    const child = fork(
      RUNNER,
      [JSON.stringify({ mocha, files, adapted, on: modules === undefined ? 'simulator' : 'page', grep })],
      {
        cwd: place,
        env: {
          ...process.env,
          PUPPETEER_EXECUTABLE_PATH: browser,
          WWEBJS_TEST_REMOTE_ID: `${REMOTE}@c.us`,
          WWEBJS_TEST_CLIENT_ID: SESSION,
        },
      },
    );
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
    const [status] = await once(child, 'exit');
    return status === 0 ? 0 : 1;
  } finally {
    await rm(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
