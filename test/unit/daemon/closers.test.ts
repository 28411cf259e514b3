/** Opened parts are closed in the opposite order, including parts that were opened too late. */
import t from 'tap';
import { Closers } from '../../../src/daemon/closers.js';

t.test('the last opened part is closed first, each after the one before has ended', async (t) => {
  const closers = new Closers();
  const seen: string[] = [];
  for (const name of ['lock', 'store', 'reader'])
    await closers.add(async () => {
      seen.push(`${name} begins`);
      await new Promise(setImmediate);
      seen.push(`${name} ends`);
    });
  await Promise.all([closers.close(), closers.close()]);
  t.same(seen, [
    ...['reader begins', 'reader ends', 'store begins', 'store ends', 'lock begins', 'lock ends'],
  ]);
});

t.test('all parts are closed even if some throw, and the errors are thrown', async (t) => {
  for (const failing of [['store'], ['store', 'reader']]) {
    const closers = new Closers();
    const seen: string[] = [];
    for (const name of ['lock', 'store', 'reader'])
      await closers.add(() => {
        seen.push(name);
        if (failing.includes(name)) throw new Error(`${name} is broken`);
      });
    await t.rejects(closers.close(), { message: /store is broken/ });
    t.same(seen, ['reader', 'store', 'lock'], `with ${failing.join(' and ')} broken`);
  }
  const closers = new Closers();
  const errors = [new Error('one'), new Error('two')];
  for (const error of errors) await closers.add(() => Promise.reject(error));
  await t.rejects(closers.close(), { name: 'AggregateError', errors: errors.toReversed() });
});

t.test('a part that is added after closing has begun is closed at once', async (t) => {
  const closers = new Closers();
  const seen: string[] = [];
  const late = (name: string) => closers.add(() => void seen.push(name));
  await closers.add(async () => {
    await late('while closing');
    seen.push('first');
  });
  await closers.close();
  t.same(seen, ['while closing', 'first']);
  await late('after');
  t.same(seen, ['while closing', 'first', 'after']);
  await t.rejects(
    closers.add(() => Promise.reject(new Error('late and broken'))),
    /late and broken/,
  );
});
