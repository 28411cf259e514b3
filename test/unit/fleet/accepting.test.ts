// Messages to one recipient are accepted in order, those to different ones at the same time, and nothing after an error.
import t from 'tap';
import { Accepting } from '../../../src/fleet/accepting.js';

/** A call that ends when the test says so. */
function call(log: string[], name: string) {
  let end: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const run = (): Promise<void> => {
    log.push(name);
    return ended;
  };
  return { run, end, fail };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

t.test('one recipient waits for its turn, another does not', async (t) => {
  const log: string[] = [];
  const a1 = call(log, 'a1');
  const a2 = call(log, 'a2');
  const b1 = call(log, 'b1');
  const accepting = new Accepting(8, () => t.fail('no error'));
  await accepting.add('a', a1.run);
  await accepting.add('a', a2.run);
  await accepting.add('b', b1.run);
  await turn();
  t.same(log, ['a1', 'b1']);
  a1.end();
  await turn();
  t.same(log, ['a1', 'b1', 'a2']);
  t.equal(accepting.size, 2);
  a2.end();
  b1.end();
  await accepting.done();
  t.equal(accepting.size, 0);
});

t.test('there is room for a limited number', async (t) => {
  const log: string[] = [];
  const first = call(log, '1');
  const second = call(log, '2');
  const third = call(log, '3');
  const accepting = new Accepting(2, () => t.fail('no error'));
  await accepting.add('a', first.run);
  let hasRoom = false;
  const adding = accepting.add('b', second.run).then(() => {
    hasRoom = true;
  });
  await turn();
  t.notOk(hasRoom);
  second.end();
  await adding;
  third.end();
  await accepting.add('c', third.run);
  first.end();
  await accepting.done();
});

t.test('after an error nothing more is accepted, and the end reports it', async (t) => {
  const log: string[] = [];
  const a1 = call(log, 'a1');
  const a2 = call(log, 'a2');
  let failures = 0;
  const accepting = new Accepting(8, () => {
    failures += 1;
  });
  await accepting.add('a', a1.run);
  await accepting.add('a', a2.run);
  a1.fail(new Error('refused'));
  await t.rejects(accepting.done(), { message: 'refused' });
  t.same(log, ['a1']);
  t.equal(failures, 1);
});
