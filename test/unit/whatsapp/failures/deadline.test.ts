/** A wait on the page ends with the work or at its time limit, and leaves no timer behind. */
import t from 'tap';
import { TimedOut, within } from '../../../../src/whatsapp/failures/deadline.js';
import { fakeClock, settled } from '../../../harness/fake-clock.js';

/** Work that the test ends. */
function work() {
  let done: (value: string) => void = () => undefined;
  let failed: (error: unknown) => void = () => undefined;
  const promise = new Promise<string>((resolve, reject) => {
    done = resolve;
    failed = reject;
  });
  return { promise, done, failed };
}

t.test('work that ends in time gives its value, and the timer is cleared', async (t) => {
  const clock = fakeClock(t);
  const { promise, done } = work();
  const result = within(1_000, promise, 'reading');
  await clock.pass(999);
  t.equal(clock.pending, 1);
  done('value');
  t.equal(await result, 'value');
  t.equal(clock.pending, 0);
});

t.test('work that fails in time gives its own error, and the timer is cleared', async (t) => {
  const clock = fakeClock(t);
  const error = new Error('Target closed');
  t.equal(await within(1_000, Promise.reject(error), 'reading').catch((caught: unknown) => caught), error);
  t.equal(clock.pending, 0);
});

t.test('work that does not end is given up at the limit and not before', async (t) => {
  const clock = fakeClock(t);
  let caught: unknown = null;
  within(1_000, work().promise, 'reading').catch((error: unknown) => {
    caught = error;
  });
  await clock.pass(999);
  t.equal(caught, null);
  await clock.pass(1);
  t.ok(caught instanceof TimedOut);
  t.match(caught, { message: 'reading timed out after 1000 ms' });
  t.equal(clock.pending, 0);
});

t.test('work that fails after its limit raises no unhandled rejection', async (t) => {
  const clock = fakeClock(t);
  const unhandled: unknown[] = [];
  const note = (error: unknown): unknown => unhandled.push(error);
  process.on('unhandledRejection', note);
  t.teardown(() => process.off('unhandledRejection', note));
  const { promise, failed } = work();
  const result = within(10, promise, 'reading').catch((error: unknown) => error);
  await clock.pass(10);
  t.ok((await result) instanceof TimedOut);
  failed(new Error('Target closed'));
  await settled();
  t.same(unhandled, []);
});
