/** A time limit is kept even after a garbage collection, and the caller's own abort takes precedence. */
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { limited, within } from '../../../../src/daemon/machine/time-limit.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const aborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(String(signal.reason))));

t.test('a limit is kept even when garbage is collected meanwhile', async (t) => {
  const callers = Array.from({ length: 20 }, () => new AbortController().signal);
  const waits = callers.map((signal) => limited(200, [signal], aborted));
  await delay(20);
  collect();
  t.equal((await Promise.all(waits)).length, 20);
});

t.test("the caller's own abort takes precedence, with its reason", async (t) => {
  const caller = new AbortController();
  const wait = limited(60_000, [caller.signal], aborted);
  caller.abort('hung up');
  t.equal(await wait, 'hung up');
  t.equal(
    await limited(60_000, [caller.signal], (signal) => signal.reason),
    'hung up',
    'also when it was aborted before',
  );
});

t.test('without a limit the work ends with the caller, and its errors are passed on', async (t) => {
  t.equal(await limited(undefined, [], () => 'done'), 'done');
  await t.rejects(
    limited(10, [], () => Promise.reject(new Error('no'))),
    /no/,
  );
});

t.test('work that cannot be aborted is awaited within a limit', async (t) => {
  t.equal(await within(60_000, Promise.resolve('done'), 'late'), 'done');
  await t.rejects(within(60_000, Promise.reject(new Error('its own')), 'late'), { message: 'its own' });
  let fail: (error: Error) => void = () => undefined;
  const work = new Promise<never>((_, reject) => {
    fail = reject;
  });
  await t.rejects(within(1, work, 'late'), { message: 'late' });
  fail(new Error('ignored, and no unhandled rejection'));
});
