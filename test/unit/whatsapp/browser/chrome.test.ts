/** A browser is ended step by step, each step only after the one before had its time, and its children after it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mock } from 'node:test';
import type { Browser } from 'puppeteer';
import t from 'tap';
import { endBrowser, launchOptions } from '../../../../src/whatsapp/browser/chrome.js';
import { fakeClock } from '../../../harness/fake-clock.js';

type Life = { teardown(undo: () => void): unknown };
const PID = 4_194_304 + 7; // above the largest pid of Linux
type Step = 'close' | 'SIGTERM' | 'SIGKILL';

/** A browser whose main process exits at this step; it has no children. `close`: how it answers `Browser.close`. */
function fakeBrowser(t: Life, exitsAt: Step | null, close: () => Promise<unknown> = async () => undefined) {
  const steps: string[] = [];
  const child = Object.assign(new EventEmitter(), { pid: PID, exitCode: null, signalCode: null });
  const step = (name: string): void => {
    steps.push(name);
    if (name === exitsAt) child.emit('exit');
  };
  const kill = mock.method(process, 'kill', (pid: number, signal: string | number) => {
    if (signal === 0) {
      if (pid > 0) return true;
      throw new Error('ESRCH');
    }
    if (pid < 0) {
      steps.push(`group ${signal}`);
      throw new Error('ESRCH');
    }
    step(String(signal));
    return true;
  });
  t.teardown(() => kill.mock.restore());
  const send = (method: string) => {
    step(method === 'Browser.close' ? 'close' : method);
    return close();
  };
  const target = () => ({ createCDPSession: async () => ({ send }) });
  return { browser: { process: () => child, target } as unknown as Browser, child, steps };
}

for (const [exitsAt, how, steps, ms] of [
  ['close', 'closed', ['close'], 0],
  ['SIGTERM', 'terminated', ['close', 'SIGTERM'], 9_000],
  ['SIGKILL', 'killed', ['close', 'SIGTERM', 'group SIGKILL', 'SIGKILL'], 12_000],
  [null, 'killed', ['close', 'SIGTERM', 'group SIGKILL', 'SIGKILL'], 17_000],
] as const)
  t.test(`a browser that exits at ${exitsAt ?? 'nothing'} is ${how}, after ${ms / 1000} s`, async (t) => {
    const clock = fakeClock(t);
    const { browser, child, steps: taken } = fakeBrowser(t, exitsAt);
    let result: unknown;
    const ending = endBrowser(browser).then((ended) => {
      result = ended;
    });
    if (ms > 0) {
      await clock.pass(ms - 1, 1_000);
      t.equal(result, undefined);
      await clock.pass(1);
    }
    await ending;
    t.equal(result, how);
    t.same(taken, steps);
    t.equal(clock.pending, 0);
    t.equal(child.listenerCount('exit'), exitsAt === null ? 1 : 0);
  });

for (const [name, close] of [
  ['refuses', () => Promise.reject(new Error('Target closed'))],
  ['never answers', () => new Promise(() => undefined)],
] as const)
  t.test(`a browser that ${name} the request to close still has its time to exit`, async (t) => {
    const clock = fakeClock(t);
    const { browser, child, steps } = fakeBrowser(t, null, close);
    const ending = endBrowser(browser);
    await clock.pass(8_999, 1_000);
    child.emit('exit');
    t.equal(await ending, 'closed');
    t.same(steps, ['close']);
  });

t.test('a browser without a process, or whose process has exited, is asked nothing', async (t) => {
  const { browser, child, steps } = fakeBrowser(t, null);
  t.equal(await endBrowser({ process: () => null } as unknown as Browser), 'closed');
  Object.assign(child, { exitCode: 0 });
  t.equal(await endBrowser(browser), 'closed');
  Object.assign(child, { exitCode: null, signalCode: 'SIGSEGV' });
  t.equal(await endBrowser(browser), 'closed');
  t.same(steps, []);
});

t.test('children that outlive their browser are killed, because they hold the profile open', async (t) => {
  const parent: ChildProcess = spawn('sh', ['-c', 'sleep 600 & exit 0'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => {
    try {
      if (parent.pid !== undefined) process.kill(-parent.pid, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  });
  // The child has inherited the pipe, which therefore closes with it.
  const closed = parent.stdout === null ? null : once(parent.stdout.resume(), 'close');
  await once(parent, 'exit');
  const clock = fakeClock(t);
  let isOver = false;
  const ending = endBrowser({ process: () => parent } as unknown as Browser).then((how) => {
    isOver = true;
    return how;
  });
  // Each poll reads the real /proc, which the clock does not wait for.
  for (let turns = 0; !isOver && turns < 1_000_000; turns += 1) await clock.pass(1);
  t.equal(await ending, 'closed');
  await closed;
});

t.test('a launch leaves signals to us, has no D-Bus, and drops the sandbox only on request', (t) => {
  const { signal } = new AbortController();
  const chrome = { executablePath: '/usr/bin/chromium', sandbox: true, headed: false, args: ['--lang=de'] };
  const options = launchOptions(chrome, signal) as { args: string[] };
  t.match(options, {
    ...{ executablePath: '/usr/bin/chromium', headless: true, pipe: true, signal },
    ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
    env: { DBUS_SYSTEM_BUS_ADDRESS: 'disabled:', DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
  });
  t.ok(options.args.includes('--enable-aggressive-domstorage-flushing'));
  t.equal(options.args.at(-1), '--lang=de', 'the own arguments are last, and win');
  t.notOk(options.args.includes('--no-sandbox'));
  const bare = launchOptions({ ...chrome, sandbox: false, headed: true }, signal) as { args: string[] };
  t.ok(bare.args.includes('--no-sandbox'));
  t.match(bare, { headless: false });
  t.end();
});
