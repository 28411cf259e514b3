/** Keep-alive messages to systemd are sent three times per deadline, and only while the daemon responds. */
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { startWatchdog, type WatchdogOptions } from '../../../src/systemd/watchdog.js';

const quiet = { pid: undefined, onTrouble: t.fail };
const fine = async () => {};

/** Resolves after this many keep-alive messages. */
function signs(count: number): { alive: () => void; seen: Promise<void>; count: () => number } {
  let n = 0;
  let done: () => void;
  const seen = new Promise<void>((resolve) => {
    done = resolve;
  });
  return {
    alive: () => {
      n++;
      if (n === count) done();
    },
    seen,
    count: () => n,
  };
}

t.test('keep-alive messages are sent three times per deadline, the first at once', async (t) => {
  const { alive, seen } = signs(4);
  const startedAt = performance.now();
  const watchdog = startWatchdog({ ...quiet, usec: '100000', answers: fine, alive });
  t.equal(watchdog.everyMs, 33);
  await seen;
  t.ok(performance.now() - startedAt >= 90);
  watchdog.stop();
});

t.test(
  'no message while the check fails; the failure is reported once, and messages resume after it',
  async (t) => {
    const troubles: string[] = [];
    let well = false;
    let asked = 0;
    const { alive, seen, count } = signs(1);
    const watchdog = startWatchdog({
      ...quiet,
      usec: '30000',
      alive,
      answers: async () => {
        asked++;
        if (asked === 5) well = true;
        if (!well) throw new Error('stuck');
      },
      onTrouble: (says) => troubles.push(says),
    });
    await seen;
    t.equal(count(), 1);
    t.ok(asked >= 5);
    t.same(troubles, ['the core of the daemon does not answer: stuck']);
    watchdog.stop();
  },
);

t.test('no message while the check hangs, and its signal is aborted', async (t) => {
  const { promise, notify } = (() => {
    let notify: (says: string) => void = () => {};
    return {
      promise: new Promise<string>((resolve) => (notify = resolve)),
      notify: (says: string) => notify(says),
    };
  })();
  const answers: WatchdogOptions['answers'] = (signal) =>
    new Promise((_, reject) => {
      const keep = setInterval(() => {}, 1000);
      signal.addEventListener('abort', () => {
        clearInterval(keep);
        reject(signal.reason);
      });
    });
  const watchdog = startWatchdog({ ...quiet, usec: '60000', alive: t.fail, answers, onTrouble: notify });
  t.match(await promise, /does not answer/);
  watchdog.stop();
});

t.test('no message after the stop, even if a pending check succeeds', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  /** Lets this much time pass, and everything that is due by then run. */
  const pass = async (ms: number) => {
    mock.timers.tick(ms);
    for (let turns = 0; turns < 5; turns += 1) await turn();
  };
  for (const stopsIn of ['a pause', 'an answer']) {
    const { alive, count } = signs(0);
    let answer = (): void => undefined;
    const answers = () =>
      stopsIn === 'an answer' && count() === 2 ? new Promise<void>((resolve) => (answer = resolve)) : fine();
    const watchdog = startWatchdog({ ...quiet, usec: '30000', answers, alive });
    await pass(0);
    await pass(10);
    t.equal(count(), 2, `${stopsIn}: it is running`);
    if (stopsIn === 'an answer') await pass(10);
    watchdog.stop();
    answer();
    for (let beats = 0; beats < 10; beats += 1) await pass(10);
    t.equal(count(), 2, `stopped in ${stopsIn}`);
  }
});

t.test('nothing is sent without a watchdog, or if it watches another process', (t) => {
  for (const [usec, pid] of [
    [undefined, undefined],
    ['', undefined],
    ['0', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['30000', '1'],
  ] as const)
    t.equal(startWatchdog({ ...quiet, usec, pid, answers: fine, alive: t.fail }).everyMs, null);
  const ours = startWatchdog({
    ...quiet,
    usec: '30000000',
    pid: String(process.pid),
    answers: fine,
    alive: fine,
  });
  t.equal(ours.everyMs, 10_000);
  ours.stop();
  t.end();
});
