// Prefetch by rule, without a page: which files are retried, which are not, and where it continues.

import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { Feed } from '../../../../src/daemon/events/feed.js';
import type { FileConsumer } from '../../../../src/daemon/media/file-consumer.js';
import { openPrefetch } from '../../../../src/daemon/media/prefetch.js';
import { Fault } from '../../../../src/protocol/fault.js';
import { openStore } from '../../../../src/store/open.js';
import { madeUp } from '../../../harness/made-up-event.js';
import { scratch } from '../../store/scratch.js';

const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]),
) as never;

function journal(t: { teardown(end: () => void): unknown }) {
  const store = openStore({ directory: scratch(t) });
  t.teardown(() => store.close());
  const feed = new Feed({ account: 'test', store, log });
  const image = (n: number, more = {}) =>
    feed.append(
      'message',
      madeUp({
        ...{ key: `false_15550002222@c.us_3EB0${n}`, type: 'image', hasMedia: true, fromMe: false },
        ...{ media: { mimetype: 'image/png', size: 10, name: null }, ...more },
      }),
    );
  return { store, feed, image };
}

/** A page with answers set by the test: a file, or the kind of a fault. */
function page(answers: Record<string, string[]>) {
  const asked: string[] = [];
  const bells = new Set<() => void>();
  const fetch = async ({ id }: { id: string }) => {
    asked.push(id);
    for (const ring of bells) ring();
    const answer = answers[id]?.shift();
    if (answer !== undefined) throw new Fault(answer as 'internal');
    return { id: `f-${id}`, mimetype: 'image/png', name: null, size: 10 };
  };
  const times = async (count: number): Promise<string[]> => {
    while (asked.length < count) await new Promise<void>((resolve) => bells.add(resolve));
    return asked;
  };
  return { fetcher: { fetch }, asked, times };
}

t.test('files are fetched in order, a failed one again and a lost one not', async (t) => {
  const { store, feed, image } = journal(t);
  const { fetcher, times } = page({ '3EB01': ['page_error'], '3EB02': ['media_gone'], '3EB03': [] });
  const options = { rules: ['image'], feed, store, fetcher, log, delaysMs: [1, 1] };
  const prefetch = await openPrefetch(options);
  image(0, { fromMe: true });
  image(0, { hasMedia: false });
  image(0, { type: 'video' });
  for (const n of [1, 2, 3]) image(n);
  t.same(await times(4), ['3EB01', '3EB01', '3EB02', '3EB03']);
  await prefetch.close();
});

t.test('without a page the prefetch waits to be woken, and counts no attempt', async (t) => {
  const { store, feed, image } = journal(t);
  const { fetcher, times } = page({ '3EB01': Array(9).fill('not_ready') });
  const prefetch = await openPrefetch({ rules: ['any'], feed, store, fetcher, log, delaysMs: [] });
  image(1);
  for (let count = 1; count <= 9; count += 1) {
    await times(count);
    await new Promise((resolve) => setImmediate(resolve));
    prefetch.wake();
  }
  t.equal((await times(10)).length, 10);
  await prefetch.close();
});

t.test('a position that the disk refused is stored later, and the prefetch continues', async (t) => {
  const { store, feed, image } = journal(t);
  const { fetcher, times } = page({});
  const prefetch = await openPrefetch({ rules: ['any'], feed, store, fetcher, log, delaysMs: [1] });
  const refusing = t.intercept(feed, 'ack', { value: () => Promise.reject(new Fault('disk_full')) });
  image(1);
  await times(2);
  refusing.restore();
  image(2);
  for (let count = 3; (await times(count)).at(-1) !== '3EB02'; ) count += 1;
  await prefetch.close();
  t.equal(store.consumers.place('media:rules'), feed.last);
});

t.test('a fetch that finds no page while the prefetch is closed does not delay the close', async (t) => {
  const { store, feed, image } = journal(t);
  let fail: (error: Fault) => void = () => undefined;
  const begun = new Promise<void>((asked) => {
    const fetch = () =>
      new Promise<never>((_, reject) => {
        fail = reject;
        asked();
      });
    void openPrefetch({ rules: ['any'], feed, store, log, fetcher: { fetch } }).then((one) => {
      prefetch = one;
      image(1);
    });
  });
  let prefetch: FileConsumer | undefined;
  await begun;
  const closed = prefetch?.close().then(() => 'closed');
  fail(new Fault('not_ready'));
  t.equal(await Promise.race([closed, delay(10_000, 'late', { ref: false })]), 'closed');
});

t.test('the prefetch starts with new messages, and continues where it stopped', async (t) => {
  const { store, feed, image } = journal(t);
  image(1);
  await feed.settled();
  const first = page({});
  const options = { rules: ['any'], feed, store, log, delaysMs: [] };
  const one = await openPrefetch({ ...options, fetcher: first.fetcher });
  image(2);
  t.same(await first.times(1), ['3EB02'], 'earlier messages are not fetched');
  await one.close();
  image(3);
  await feed.settled();
  const second = page({});
  const two = await openPrefetch({ ...options, fetcher: second.fetcher });
  t.same(await second.times(1), ['3EB03']);
  await two.close();
});

t.test('a fetch that a purge has ended is no failure', async (t) => {
  const { store, feed, image } = journal(t);
  const said: string[] = [];
  const fetch = async () => {
    store.purge.begin();
    store.writeNow((tx) => store.purge.drop(tx, 'events', [feed.last]));
    throw new Fault('no_such_message');
  };
  const warn = (event: string) => said.push(event);
  const prefetch = await openPrefetch({
    ...{
      rules: ['any'],
      feed,
      store,
      fetcher: { fetch },
      log: Object.assign({}, log, { warn }),
      delaysMs: [],
    },
  });
  image(1);
  await feed.settled();
  while (store.consumers.place('media:rules') !== feed.last) await delay(1);
  t.same(said, []);
  await prefetch.close();
});

t.test('a file whose message was purged meanwhile is not fetched again', async (t) => {
  const { store, feed, image } = journal(t);
  const { fetcher, times, asked } = page({ '3EB01': Array(9).fill('not_ready') });
  const prefetch = await openPrefetch({ rules: ['any'], feed, store, fetcher, log, delaysMs: [] });
  image(1);
  image(2);
  image(3);
  await times(1);
  const [first, second] = feed.list({ after: 0 }).events;
  store.purge.begin();
  store.writeNow((tx) => store.purge.drop(tx, 'events', [first?.cursor ?? 0, second?.cursor ?? 0]));
  prefetch.wake();
  await times(2);
  t.same(asked, ['3EB01', '3EB03']);
  await prefetch.close();
});
