// A child process of `suite.ts`: loads the suite with mocha in its prepared folder, adapts it by name, and
// runs it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Client } from 'whatsapp-web.js';
import { ADAPTATIONS, type Bench, READY, type TestAdaptation } from './adaptations.js';

interface Asked {
  mocha: string;
  files: string[];
  adapted: boolean;
  on: 'simulator' | 'page';
  grep?: string;
}

/** The part of mocha that is used here. */
interface Test {
  fn: unknown;
  pending: boolean;
  parent: Suite;
  timeout(ms: number): void;
  titlePath(): string[];
}
type TestFunction = (this: unknown) => Promise<unknown>;
interface Suite {
  pending: boolean;
  tests: Test[];
  suites: Suite[];
  afterAll(hook: () => Promise<void>): void;
}
interface Run extends NodeJS.EventEmitter {
  stats: { passes: number; failures: number };
}
interface Mocha {
  suite: Suite;
  addFile(file: string): void;
  loadFilesAsync(): Promise<void>;
  grep(text: string): void;
  run(done: (failures: number) => void): Run;
}
type MochaClass = new (options: object) => Mocha;

/** Replacements wait for what the page does later. */
const REPLACED_MS = 20_000;

const { mocha: folder, files, adapted, on, grep } = JSON.parse(process.argv[2] ?? '{}') as Asked;
const require = createRequire(path.resolve('index.js'));
const loaded = require(folder) as MochaClass & { default?: MochaClass };
// mocha 12 is an ES module.
const Mocha = loaded.default ?? loaded;

const open = new Set<Client>();

/** A browser that a failed test leaves would lock the profile for the next file, and outlive this process. */
async function closeAll(): Promise<void> {
  const left = [...open];
  open.clear();
  for (const client of left) await client.destroy().catch(() => {});
}

/** Tracks every client that the suite starts, and makes it ready when the suite expects it (READY). */
function watchClients(): void {
  const library = require(path.resolve('index.js')) as {
    Client: typeof Client;
    LocalAuth: new () => object;
  };
  const { prototype } = library.Client;
  const { initialize, destroy } = prototype;
  prototype.initialize = async function (this: Client & { authStrategy: object }) {
    open.add(this);
    const isLinked = this.authStrategy instanceof library.LocalAuth;
    const ready = adapted && isLinked ? once(this, 'ready', { signal: AbortSignal.timeout(READY.ms) }) : null;
    await initialize.call(this);
    await ready;
  };
  prototype.destroy = async function (this: Client) {
    open.delete(this);
    await destroy.call(this);
  };
}

const testsOf = (suite: Suite): Test[] => [...suite.tests, ...suite.suites.flatMap(testsOf)];

function bench(): Bench {
  const client = [...open].at(-1);
  if (!client) throw new Error('the suite has started no client');
  return { client, remoteId: process.env.WWEBJS_TEST_REMOTE_ID ?? '' };
}

const failing = (run: TestFunction, error: RegExp): TestFunction =>
  async function (this: unknown) {
    await assert.rejects(async () => run.call(this), error);
  };

const isMeant = ({ file, onlyOn }: TestAdaptation): boolean =>
  files.includes(file) && (onlyOn === undefined || onlyOn === on);

/** @returns names in the table that the suite does not have */
function adapt(root: Suite, table: readonly TestAdaptation[]): string[] {
  const tests = testsOf(root);
  return table.flatMap(({ test: name, how }) => {
    const found = tests.filter((test) => test.titlePath().join(' > ') === name);
    for (const test of found) {
      if ('fails' in how) test.fn = failing(test.fn as TestFunction, how.fails);
      else {
        test.fn = () => how.instead(bench());
        test.timeout(REPLACED_MS);
        // Runs this test, which the suite skips.
        test.pending = false;
        test.parent.pending = false;
      }
    }
    return found.length > 0 ? [] : [name];
  });
}

watchClients();
const mocha = new Mocha({ reporter: 'spec', timeout: 5_000 });
for (const file of files) mocha.addFile(path.resolve('tests', file));
await mocha.loadFilesAsync();
if (grep !== undefined) mocha.grep(grep);
for (const suite of mocha.suite.suites) suite.afterAll(closeAll);
const unknown = adapt(mocha.suite, adapted ? ADAPTATIONS.filter(isMeant) : []);
for (const name of unknown) console.error(`adaptations.ts: the suite has no test "${name}"`);

const failed: string[] = [];
const run = mocha.run(() => {
  const { passes, failures } = run.stats;
  for (const name of failed) console.log(`failed: ${name}`);
  console.log(`${passes} passed, ${failures} failed`);
  process.exit(failures > 0 || unknown.length > 0 ? 1 : 0);
});
run.on('fail', (test: Test) => void failed.push(test.titlePath().join(' > ')));
