// The newest events of one account in memory.
import t from 'tap';
import { AccountFeed } from '../../../src/gateway/account-feed.js';
import type { WireEvent } from '../../../src/protocol/types.js';

const event = (cursor: number, text = ''): WireEvent =>
  ({ cursor, type: 'state', time: '2026-01-01T00:00:00.000Z', account: 'shop', data: { text } }) as never;
const cursors = (events: readonly WireEvent[] | null) => events?.map(({ cursor }) => cursor) ?? null;
const never = new AbortController().signal;

t.test('a listener gets the events after its cursor, or is sent to the journal', async (t) => {
  const feed = new AccountFeed();
  feed.begin(10);
  t.same(feed.since(10), []);
  t.same(feed.since(99), [], 'a cursor that is not reached yet');
  t.equal(feed.since(9), null, 'before the connection');
  for (const cursor of [11, 12, 14]) feed.push(event(cursor));
  t.same(cursors(feed.since(10)), [11, 12, 14]);
  t.same(cursors(feed.since(12)), [14]);
  t.equal(feed.last, 14);
});

t.test('an event that was heard before is dropped', async (t) => {
  const feed = new AccountFeed();
  feed.begin(10);
  for (const cursor of [11, 11, 5, 12]) feed.push(event(cursor));
  t.same(cursors(feed.since(10)), [11, 12]);
});

t.test('after a connection that missed events, only the journal has those', async (t) => {
  const feed = new AccountFeed();
  feed.begin(10);
  feed.push(event(11));
  feed.begin(11);
  t.same(cursors(feed.since(10)), [11], 'nothing was missed');
  feed.begin(15);
  t.equal(feed.since(11), null);
  feed.push(event(16));
  t.equal(feed.since(14), null);
  t.same(cursors(feed.since(15)), [16]);
  feed.begin(3);
  t.equal(feed.last, 16, 'a daemon that has lost its journal does not turn the cursor back');
});

t.test('number and length of the kept events are limited', async (t) => {
  const many = new AccountFeed();
  many.begin(0);
  for (let cursor = 1; cursor <= 1_000; cursor += 1) many.push(event(cursor));
  t.equal(many.since(743), null);
  t.equal(many.since(744)?.length, 256);
  const long = new AccountFeed();
  long.begin(0);
  for (let cursor = 1; cursor <= 5; cursor += 1) long.push(event(cursor, 'x'.repeat(400_000)));
  t.equal(long.since(2), null);
  t.same(cursors(long.since(3)), [4, 5]);
  long.push(event(6, 'x'.repeat(2_000_000)));
  t.equal(long.since(5), null, 'an event that is longer than the limit is in the journal only');
  t.same(long.since(6), []);
});

t.test(
  'a waiting listener is woken by an event, a connection, the end, its signal and its limit',
  async (t) => {
    const feed = new AccountFeed();
    const { version } = feed;
    const event1 = feed.changed(never);
    feed.push(event(1));
    await event1;
    const connected = feed.changed(never);
    feed.begin(1);
    await connected;
    t.equal(feed.version, version + 2);
    const gone = new AbortController();
    const aborted = feed.changed(gone.signal);
    gone.abort();
    await aborted;
    await feed.changed(gone.signal);
    await feed.changed(never, 1);
    const closed = feed.changed(never);
    feed.close();
    await closed;
    t.equal(feed.isClosed, true);
    await feed.changed(never);
  },
);
