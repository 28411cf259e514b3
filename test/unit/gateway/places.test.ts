/** A place that becomes free goes to the first that waits, and never to a newcomer. */
import t from 'tap';
import { Places } from '../../../src/gateway/places.js';
import { Fault } from '../../../src/protocol/fault.js';

const { signal } = new AbortController();

t.test('the first that waits gets the place, although a newcomer asks at the same time', async (t) => {
  const places = new Places(1);
  const release = places.take();
  const order: string[] = [];
  const enter = async (name: string) => {
    const leave = await places.wait(signal);
    order.push(name);
    leave();
  };
  const waiting = [enter('first'), enter('second')];
  release();
  t.throws(() => places.take(), { kind: 'busy' } as never);
  await Promise.all([enter('newcomer'), ...waiting]);
  t.same(order, ['first', 'second', 'newcomer']);
  places.take()();
});

t.test('one that leaves the line, or has left when its turn comes, passes the place on', async (t) => {
  const places = new Places(1);
  const release = places.take();
  const [gone, late] = [new AbortController(), new AbortController()];
  const first = places.wait(gone.signal);
  const second = places.wait(late.signal);
  const third = places.wait(signal);
  gone.abort();
  await t.rejects(first, { kind: 'interrupted' } as never);
  release();
  late.abort();
  await t.rejects(second, { kind: 'interrupted' } as never);
  const leave = await third;
  leave();
  leave();
  places.take();
  t.throws(() => places.take(), Fault, 'a place that is given back twice counts once');
});
