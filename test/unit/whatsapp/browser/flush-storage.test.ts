/** Before a close the page is left, and the wait ends with the write to localStorage, or at its limit. */
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import t from 'tap';
import { writeOut } from '../../../../src/whatsapp/browser/flush-storage.js';
import { fakeClock } from '../../../harness/fake-clock.js';

type Life = { teardown(undo: () => void): unknown };
const failed = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

/** A profile with localStorage. */
async function profileOf(t: Life) {
  const profile = await mkdtemp(join(tmpdir(), 'wad-flush-'));
  t.teardown(() => rm(profile, { recursive: true, force: true }));
  const dir = join(profile, 'Default', 'Local Storage', 'leveldb');
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, '000003.log'), 'before');
  return { profile, dir };
}

/** A browser that notes what it is asked for, and does `act` at the step of this name. */
function fakeBrowser(at: string, act: () => unknown = () => undefined) {
  const steps: string[] = [];
  const step = (name: string) => async () => {
    steps.push(name);
    if (name === at) await act();
  };
  const session = { send: (method: string) => step(method)() };
  const empty = { createCDPSession: async () => session };
  const newPage = async () => {
    await step('new page')();
    return empty;
  };
  return {
    browser: { newPage } as unknown as Browser,
    page: { close: step('close') } as unknown as Page,
    steps,
  };
}
const STEPS = ['new page', 'close', 'ServiceWorker.enable', 'ServiceWorker.stopAllWorkers'];

t.test('there is another page before this one is closed, and the service workers end last', async (t) => {
  const { profile, dir } = await profileOf(t);
  const { browser, page, steps } = fakeBrowser('close', () => appendFile(join(dir, '000003.log'), 'more'));
  await writeOut(browser, page, profile, 60_000);
  t.same(steps, STEPS);
});

for (const [name, write] of [
  ['a longer log', (dir: string) => appendFile(join(dir, '000003.log'), 'more')],
  ['a new file', (dir: string) => writeFile(join(dir, '000004.log'), '')],
  ['a removed file', (dir: string) => rm(join(dir, '000003.log'))],
] as const)
  t.test(`${name} is a write, and ends the wait at once`, async (t) => {
    const { profile, dir } = await profileOf(t);
    const { browser, page } = fakeBrowser('ServiceWorker.stopAllWorkers', () => write(dir));
    const clock = fakeClock(t);
    await writeOut(browser, page, profile, 60_000);
    t.equal(clock.pending, 0, 'no poll was needed');
  });

for (const [name, lacking] of [
  ['without a write', false],
  ['without localStorage', true],
] as const)
  t.test(`${name} the wait ends at its limit`, async (t) => {
    const { profile, dir } = await profileOf(t);
    if (lacking) await rm(dir, { recursive: true });
    const { browser, page, steps } = fakeBrowser('');
    const clock = fakeClock(t);
    const startedAt = performance.now();
    let isOver = false;
    const waiting = writeOut(browser, page, profile, 1_000).then(() => {
      isOver = true;
    });
    // Each poll reads the real disk, which the clock does not wait for.
    for (let turns = 0; !isOver && turns < 100_000; turns += 1) await clock.pass(5);
    await waiting;
    t.same(steps, STEPS);
    t.ok(performance.now() - startedAt >= 1_000);
    t.equal(clock.pending, 0);
  });

t.test('a browser that does not answer is given up at the limit', async (t) => {
  const { profile } = await profileOf(t);
  for (const silent of STEPS) {
    const { browser, page, steps } = fakeBrowser(silent, () => new Promise(() => undefined));
    t.match(await failed(writeOut(browser, page, profile, 5)), {
      message: 'leaving the page timed out after 5 ms',
    });
    t.equal(steps.at(-1), silent);
  }
});

t.test('the error of a browser that is gone is passed on, and there is no wait for the disk', async (t) => {
  const { profile } = await profileOf(t);
  const error = new Error('Connection closed');
  const { browser, page } = fakeBrowser('close', () => Promise.reject(error));
  const clock = fakeClock(t);
  t.equal(await failed(writeOut(browser, page, profile, 60_000)), error);
  t.equal(clock.pending, 0);
});
