// The event iterator returns each event once and in order, whatever happens to the connection.

import t from 'tap';
import type { WireEvent } from '../../../src/protocol/events/index.js';
import { connect, failure } from '../../harness/library.js';
import { dataOf, madeUp } from '../../harness/made-up-event.js';
import { startServer } from '../../harness/server.js';

const N = 350; // more than three pages

/** Reads the numbers in the next `count` events. */
async function take(events: AsyncIterable<WireEvent>, count: number): Promise<number[]> {
  const taken: number[] = [];
  if (count === 0) return taken;
  for await (const event of events) {
    taken.push(Number(dataOf(event).n));
    if (taken.length === count) break;
  }
  return taken;
}
const upTo = (n: number, from = 1): number[] => Array.from({ length: n - from + 1 }, (_, at) => from + at);

t.test('with a cursor: stored events first, then new ones', async (t) => {
  await using running = await startServer();
  for (const n of upTo(N)) running.feed.append('message', madeUp({ n }));
  await running.written();
  await using account = await connect({ socket: running.path });
  const taken = take(account.follow({ after: 0 }), N + 2);
  running.feed.append('message', madeUp({ n: N + 1 }));
  await running.written();
  running.feed.append('message', madeUp({ n: N + 2 }));
  t.same(await taken, upTo(N + 2));
});

t.test('without a cursor: only new events of the requested types', async (t) => {
  await using running = await startServer();
  running.feed.append('message', madeUp({ n: 1 }));
  await running.written();
  await using account = await connect({ socket: running.path });
  const events = account.follow({ types: ['message'] });
  let first: IteratorResult<WireEvent> | undefined;
  const read = events.next().then((result) => {
    first = result;
  });
  // No event reports that the iterator has subscribed, so events are appended until it returns one.
  for (let n = 2; first === undefined; n += 2) {
    running.feed.append('alert', madeUp({ n }));
    running.feed.append('message', madeUp({ n: n + 1 }));
    await running.written();
  }
  await read;
  t.equal(first.value?.type, 'message');
  t.ok(Number(first.value?.data.n) > 1);
  await events.return();
});

t.test('the iteration continues after a restart of the daemon, without loss or repetition', async (t) => {
  await using running = await startServer();
  await using account = await connect({ socket: running.path });
  const taken: number[] = [];
  const add = (n: number) => {
    running.feed.append('message', madeUp({ n }));
    return running.written();
  };
  await add(1);
  for await (const event of account.follow({ after: 0 })) {
    const n = Number(dataOf(event).n);
    taken.push(n);
    if (n === N) break;
    if (n % 50 === 0) await running.restart(() => add(n + 1));
    else await add(n + 1);
  }
  t.same(taken, upTo(N));
});

t.test('a consumer continues after its last processed event, also in another process', async (t) => {
  await using running = await startServer();
  for (const n of upTo(10)) running.feed.append('message', madeUp({ n }));
  await running.written();
  await using first = await connect({ socket: running.path });
  t.same(await take(first.follow({ consumer: 'bot', from: 'oldest' }), 4), upTo(4));
  await using second = await connect({ socket: running.path });
  t.same(
    await take(second.follow({ consumer: 'bot', from: 'oldest' }), 7),
    upTo(10, 4),
    'the event that ended the loop is returned again',
  );
  t.same(await take(second.follow({ consumer: 'other', from: 'oldest' }), 10), upTo(10));
  t.same(await take(second.follow({ from: 'oldest' }), 10), upTo(10), 'also without a consumer');
});

t.test('a signal and close() end the iteration, even while it waits', async (t) => {
  await using running = await startServer();
  await using account = await connect({ socket: running.path });
  const stop = new AbortController();
  const stopped = account.follow({ signal: stop.signal }).next();
  const closed = account.follow().next();
  while (running.server.connections < 3) await account.daemon.ping();
  stop.abort();
  t.same(await stopped, { done: true, value: undefined });
  await account.close();
  t.same(await closed, { done: true, value: undefined });
  t.same(await account.follow().next(), { done: true, value: undefined });
});

t.test('an error that a retry cannot repair is thrown', async (t) => {
  await using running = await startServer();
  await using account = await connect({ socket: running.path });
  t.match(await failure(account.follow({ types: ['nonsense' as 'message'] }).next()), {
    kind: 'invalid_params',
  });
});
