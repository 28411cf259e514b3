// Subscriptions get every event once and in order by cursor, and gaps are reported.

import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Feed } from '../../../../src/daemon/events/feed.js';
import type { Peer } from '../../../../src/protocol/dispatch.js';
import { eventSchema, type WireEvent } from '../../../../src/protocol/events/index.js';
import { Fault } from '../../../../src/protocol/fault.js';
import type { EventType } from '../../../../src/protocol/state.js';
import { madeUp } from '../../../harness/made-up-event.js';
import { keepLines, thrownBy } from '../../log/lines.js';
import { opened, scratch } from '../../store/scratch.js';

const BASE = Date.UTC(2026, 0, 1);

/** A feed on its own store. */
function open(t: Test, directory = scratch(t)) {
  const store = opened(t, directory, () => BASE);
  const clock = { ms: BASE };
  const feed = new Feed({ account: 'test', store, log: keepLines(), now: () => clock.ms });
  const written = () => store.write(() => undefined);
  return {
    ...{ feed, store, clock, written },
    /** Resolves when the events are on disk and reported. */
    async add(count: number, type: (n: number) => EventType = () => 'message', body = ''): Promise<void> {
      for (let n = 1; n <= count; n += 1) feed.append(type(n), madeUp({ n, body }));
      await written();
    },
    /** Deletes events older than this, as the retention does. */
    forget: (beforeMs: number) =>
      store.sweep({ nowMs: beforeMs + 86_400_000, retentionDays: 1, maxMb: 1_000 }),
  };
}
const cursors = (events: readonly WireEvent[]): number[] => events.map(({ cursor }) => cursor - BASE);

/** A peer that reads when the test says so. Each unread event counts as `bytes`. */
class FakePeer implements Peer {
  readonly id = 1;
  readonly received: WireEvent[] = [];
  readonly #closed = new AbortController();
  readonly #bytes: number;
  backlogBytes = 0;
  highestBacklog = 0;
  holds = 0;
  #wake = () => {};

  constructor(bytes = 0) {
    this.#bytes = bytes;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  notify(_method: 'event', event: WireEvent): boolean {
    if (this.#closed.signal.aborted) return false;
    this.received.push(eventSchema.parse(event));
    this.backlogBytes += this.#bytes;
    this.highestBacklog = Math.max(this.highestBacklog, this.backlogBytes);
    return true;
  }

  drained(): Promise<void> {
    if (this.backlogBytes === 0 || this.#closed.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => (this.#wake = resolve));
  }

  hold(): () => void {
    this.holds += 1;
    return () => {
      this.holds -= 1;
    };
  }

  read(): void {
    this.backlogBytes = 0;
    this.#wake();
  }

  hangUp(): void {
    this.#closed.abort();
    this.#wake();
  }
}

const kindOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof Fault ? error.kind : String(error);
  }
  return 'nothing thrown';
};

/** Turns the event loop until the condition holds. */
async function until(done: () => boolean): Promise<void> {
  for (let turns = 0; !done(); turns += 1) {
    if (turns > 10_000) throw new Error('it did not come to that');
    await nextTurn();
  }
}

t.test('an event gets a cursor, is on disk before it is delivered, and keeps its cursor', async (t) => {
  const directory = scratch(t);
  const { feed, store, add } = open(t, directory);
  t.equal(feed.last, BASE);
  const peer = new FakePeer();
  feed.subscribe(peer, {});
  await until(() => feed.last === BASE);
  await nextTurn();
  feed.append('state', madeUp({ to: 'ready' }));
  t.same(peer.received, [], 'not delivered before it is written');
  await add(0);
  const event = {
    cursor: BASE + 1,
    type: 'state',
    time: '2026-01-01T00:00:00.000Z',
    account: 'test',
    data: { to: 'ready' },
  };
  t.same(peer.received, [event]);
  t.same(feed.list({}), { events: [event], next: BASE + 1 });
  store.close();
  const later = open(t, directory);
  t.same(later.feed.list({}).events, [event], 'the event is the same after a restart');
  await later.add(1);
  t.equal(later.feed.last, BASE + 2);
});

t.test('settled() waits until all appended events are on disk', async (t) => {
  const { feed, store } = open(t);
  // A slow write ends the group, so later writes follow one turn of the loop later.
  const slow = store.write(() => {
    for (const until = performance.now() + 20; performance.now() < until; );
  });
  feed.append('state', madeUp({}));
  await slow;
  t.equal(feed.last, BASE, 'not written yet');
  await feed.settled();
  t.equal(feed.last, BASE + 1);
  await feed.settled();
});

t.test('events whose write is refused before it runs are reported as a gap', async (t) => {
  const { feed, store, clock } = open(t);
  let again = (): void => undefined;
  const timers = t.intercept(globalThis, 'setInterval', {
    value: (run: () => void) => {
      again = run;
      return setTimeout(() => undefined);
    },
  });
  const refusing = t.intercept(store, 'write', { value: () => Promise.reject(new Fault('busy')) });
  feed.append('message', madeUp({}));
  await feed.settled();
  await nextTurn();
  clock.ms += 60_000;
  feed.append('message', madeUp({}));
  await feed.settled();
  await nextTurn();
  timers.restore();
  refusing.restore();
  const recovered = new Promise<number>((resolve) => {
    feed.onRecovered = resolve;
  });
  again();
  t.equal(await recovered, BASE, 'the time of the last event before the gap');
  t.match(feed.list({}).events, [{ type: 'gap', data: { reason: 'busy', events: 2 } }]);
});

t.test('each page has the expected events and cursor', async (t) => {
  const { feed, add } = open(t);
  await add(250, (n) => (n % 10 === 0 ? 'alert' : 'message'));
  const table = [
    ['from the oldest, 100 at a time', {}, [1, 100, 100]],
    ['0 is the oldest', { after: 0, limit: 5 }, [1, 5, 5]],
    ['after a cursor', { after: BASE + 100 }, [101, 200, 200]],
    ['the last page', { after: BASE + 200 }, [201, 250, 250]],
    ['from before the first event', { after: BASE, limit: 3 }, [1, 3, 3]],
  ] as const;
  for (const [name, asked, [first, last, next]] of table) {
    const page = feed.list(asked);
    const got = cursors(page.events);
    t.same([got[0], got.at(-1), page.next - BASE], [first, last, next], name);
  }
  t.same(
    feed.list({ after: BASE + 250 }),
    { events: [], next: BASE + 250 },
    'at the end: no events, and the cursor stays',
  );
  t.same(
    feed.list({ after: BASE + 999 }),
    { events: [], next: BASE + 999 },
    'beyond the end: no events, and the cursor stays',
  );
  const alerts = feed.list({ types: ['alert'], limit: 10 });
  t.same(cursors(alerts.events), [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  t.equal(alerts.next, BASE + 100);
  t.same(
    feed.list({ types: ['call'] }),
    { events: [], next: BASE + 250 },
    'a filter without a match advances the cursor',
  );
  t.same(open(t).feed.list({}), { events: [], next: BASE }, 'before the first event');
});

t.test('paging returns every event once, whatever the page sizes', async (t) => {
  const { feed, written } = open(t);
  for (let n = 0; n < 300; n += 1) feed.append('message', madeUp({ body: 'x'.repeat((n % 7) * 10_000) }));
  await written();
  for (const limit of [1, 7, 100, 1000]) {
    const met: number[] = [];
    for (let after = 0; ; ) {
      const { events, next } = feed.list({ after, limit });
      met.push(...cursors(events));
      if (next === after) break;
      t.ok(events.length > 0 || next === feed.last);
      t.ok(
        events.length <= 1 || JSON.stringify(events).length < 1_100_000,
        'no page is too long for the socket',
      );
      after = next;
    }
    t.same(
      met,
      Array.from({ length: 300 }, (_, n) => n + 1),
      `limit ${limit}`,
    );
  }
});

t.test('deleted events are reported as a gap', async (t) => {
  const { feed, add, clock, forget } = open(t);
  await add(20);
  clock.ms = BASE + 1_000;
  await add(10);
  await forget(BASE + 500);
  t.same(
    cursors(feed.list({}).events),
    [21, 22, 23, 24, 25, 26, 27, 28, 29, 30],
    '0 starts at the oldest kept event',
  );
  t.same(cursors(feed.list({ after: BASE + 20 }).events).length, 10, 'no event is missing');
  const gapped = feed.list({ after: BASE + 5, limit: 3 });
  t.match(gapped.events[0], {
    cursor: BASE + 20,
    type: 'gap',
    data: { reason: 'not_kept', after: BASE + 5, oldest: BASE + 21 },
  });
  t.same(cursors(gapped.events), [20, 21, 22]);
  t.equal(gapped.next, BASE + 22);
  t.same(cursors(feed.list({ after: BASE + 5, limit: 1 }).events), [20], 'the gap alone fills a page of one');
  eventSchema.parse(gapped.events[0]);
  t.match(
    feed.list({ after: BASE + 5, types: ['call'] }),
    { events: [{ type: 'gap' }], next: BASE + 30 },
    'a filter does not hide the gap',
  );
  t.match(
    feed.list({ after: 12_345 }).events[0],
    { type: 'gap', cursor: BASE + 20 },
    'a cursor of an earlier file',
  );
  const { feed: fresh } = open(t);
  t.match(
    fresh.list({ after: 12_345 }),
    { events: [{ type: 'gap', cursor: BASE }], next: BASE },
    'before any event',
  );
  t.same(fresh.list({ after: BASE }), { events: [], next: BASE });
});

t.test('a subscription replays and continues live, without a gap or a duplicate', async (t) => {
  const { feed, add } = open(t);
  await add(500);
  const peer = new FakePeer();
  t.same(feed.subscribe(peer, { after: BASE + 100 }), { subscription: 's-1', after: BASE + 100 });
  t.same(peer.received, [], 'the answer is sent first');
  // Events that arrive during the replay.
  for (let n = 0; peer.received.length < 450; n += 1) {
    if (n < 50) feed.append('message', madeUp({}));
    await nextTurn();
  }
  await until(() => peer.received.length === 450);
  await add(1);
  t.same(
    cursors(peer.received),
    Array.from({ length: 451 }, (_, n) => n + 101),
  );
});

t.test('a subscription starts at the requested place', async (t) => {
  const { feed, add, clock } = open(t);
  await add(4, (n) => (n % 2 ? 'message' : 'state'));
  clock.ms = BASE + 1_000;
  await add(6, (n) => (n % 2 ? 'message' : 'state'));
  await feed.ack('crm', BASE + 7);
  const time = new Date(clock.ms).toISOString();
  const table = [
    ['from now on', {}, [11, 12]],
    ['from the oldest', { after: 0 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    ['at the position of its consumer', { consumer: 'crm' }, [8, 9, 10, 11, 12]],
    ['a cursor takes precedence over the consumer', { consumer: 'crm', after: BASE + 9 }, [10, 11, 12]],
    ['a new consumer: from now on', { consumer: 'new' }, [11, 12]],
    [
      'a new consumer: from the oldest',
      { consumer: 'old', from: 'oldest' },
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ],
    ['from: oldest does not move a consumer back', { consumer: 'crm', from: 'oldest' }, [8, 9, 10, 11, 12]],
    ['from the oldest, without a consumer', { from: 'oldest', types: ['state'] }, [2, 4, 6, 8, 10, 12]],
    ['from a time', { from: time }, [5, 6, 7, 8, 9, 10, 11, 12]],
    ['a new consumer: from a time', { consumer: 'later', from: time }, [5, 6, 7, 8, 9, 10, 11, 12]],
    ['a time does not move a consumer back', { consumer: 'crm', from: time }, [8, 9, 10, 11, 12]],
    ['a cursor takes precedence over a time', { after: BASE + 9, from: time }, [10, 11, 12]],
    ['from a time in the future', { from: '2126-01-01T00:00:00.000Z' }, [11, 12]],
    ['of one type', { after: 0, types: ['state'] }, [2, 4, 6, 8, 10, 12]],
    ['beyond the end: no events', { after: BASE + 99 }, []],
  ] as const;
  const peers = table.map(([, place]) => {
    const peer = new FakePeer();
    feed.subscribe(peer, place);
    return peer;
  });
  for (let turns = 0; turns < 5; turns += 1) await nextTurn();
  await add(2, (n) => (n === 1 ? 'message' : 'state'));
  table.forEach(([name, , expected], index) => {
    t.same(cursors(peers[index]?.received ?? []), expected, name);
  });
});

t.test('the replay waits for a slow peer', async (t) => {
  const { feed, add } = open(t);
  await add(1_000);
  const peer = new FakePeer(10_000);
  feed.subscribe(peer, { after: 0 });
  for (let reads = 0; peer.received.length < 1_000; reads += 1) {
    if (reads > 10_000) throw new Error('it did not end');
    await nextTurn();
    peer.read();
  }
  t.same(
    cursors(peer.received),
    Array.from({ length: 1_000 }, (_, n) => n + 1),
  );
  t.ok(peer.highestBacklog < 300_000, `at most ${peer.highestBacklog} bytes waited`);
  peer.read();
  for (let turns = 0; turns < 5; turns += 1) await nextTurn();
  await add(100);
  t.equal(
    peer.received.length,
    1_100,
    'live events are not held back, because the socket limits unread output',
  );
});

t.test('events deleted while a slow peer replays are a gap for it', async (t) => {
  const { feed, add, clock, forget } = open(t);
  await add(50);
  const peer = new FakePeer(20_000);
  feed.subscribe(peer, { after: 0 });
  await until(() => peer.backlogBytes > 256 * 1024);
  const before = peer.received.length;
  clock.ms = BASE + 1_000;
  await add(100);
  await forget(BASE + 500);
  await until(() => {
    peer.read();
    return peer.received.at(-1)?.cursor === feed.last;
  });
  t.match(peer.received[before], {
    type: 'gap',
    cursor: BASE + 50,
    data: { after: BASE + before, oldest: BASE + 51 },
  });
  t.equal(peer.received.length, before + 1 + 100);
});

t.test('a peer that disconnects loses its subscriptions', async (t) => {
  const { feed, add } = open(t);
  await add(1);
  const peer = new FakePeer();
  feed.subscribe(peer, { after: 0 });
  await until(() => peer.received.length === 1);
  peer.hangUp();
  await add(1);
  t.equal(peer.received.length, 1);
  t.equal(
    kindOf(() => feed.unsubscribe(peer, 's-1')),
    'no_such_subscription',
  );
  feed.subscribe(peer, { after: 0 });
  await nextTurn();
  t.equal(peer.received.length, 1, 'a peer that has already disconnected receives nothing');
  const waiting = new FakePeer(1_000_000);
  feed.subscribe(waiting, { after: 0 });
  await until(() => waiting.received.length === 1);
  waiting.hangUp();
  await nextTurn();
  t.equal(waiting.received.length, 1);
});

t.test("unsubscribe ends only the peer's own subscriptions", async (t) => {
  const { feed, add } = open(t);
  const peer = new FakePeer();
  const other = new FakePeer();
  const { subscription } = feed.subscribe(peer, {});
  t.equal(
    kindOf(() => feed.unsubscribe(other, subscription)),
    'no_such_subscription',
    'a subscription of another peer',
  );
  feed.unsubscribe(peer, subscription);
  t.equal(
    kindOf(() => feed.unsubscribe(peer, subscription)),
    'no_such_subscription',
    'a second time',
  );
  await nextTurn();
  await add(1);
  t.same(peer.received, []);
});

t.test('the number of subscriptions of a peer is limited', async (t) => {
  const { feed } = open(t);
  const peer = new FakePeer();
  const ids = Array.from({ length: 16 }, () => feed.subscribe(peer, {}).subscription);
  t.equal(
    kindOf(() => feed.subscribe(peer, {})),
    'busy',
  );
  feed.subscribe(new FakePeer(), {});
  feed.unsubscribe(peer, ids[3] as string);
  t.ok(feed.subscribe(peer, {}));
});

t.test('a consumer keeps its position, which never moves back', async (t) => {
  const directory = scratch(t);
  const { feed, add, store } = open(t, directory);
  await add(10);
  const table = [
    [4, 4],
    [2, 4],
    [4, 4],
    [9, 9],
    [99, 10],
  ] as const;
  for (const [acknowledged, kept] of table) {
    t.equal(await feed.ack('crm', BASE + acknowledged), BASE + kept, `ack ${acknowledged}`);
    t.equal(cursors(feed.list({ consumer: 'crm' }).events)[0], kept === 10 ? undefined : kept + 1);
  }
  t.same(cursors(feed.list({ consumer: 'other' }).events), [], 'a new consumer starts at the end');
  t.equal(cursors(feed.list({ consumer: 'other', from: 'oldest' }).events)[0], 1);
  for (const name of ['__proto__', 'constructor']) t.equal(await feed.ack(name, BASE + 1), BASE + 1);
  await Promise.all(Array.from({ length: 997 }, (_, n) => feed.ack(`c${n}`, BASE)));
  t.match(await thrownBy(feed.ack('one more', BASE)), { kind: 'too_many_consumers' });
  t.equal(await feed.ack('crm', BASE + 10), BASE + 10, 'known consumers can still acknowledge');
  store.close();
  t.same(
    open(t, directory).feed.list({ consumer: 'crm' }).events,
    [],
    'the position is kept across a restart',
  );
});

t.test('a consumer that starts after the store was replaced gets a gap, then only new events', async (t) => {
  const { feed, add } = open(t);
  feed.replaced(['/lost']);
  await feed.settled();
  await feed.open({ consumer: 'soon' });
  await add(5);
  await feed.open({ consumer: 'late' });
  await add(2);
  const received = (consumer: string, limit = 100) =>
    feed.list({ consumer, limit }).events.map(({ cursor, type }) => [cursor - BASE, type]);
  t.same(
    received('soon')
      .slice(0, 2)
      .map(([, type]) => type),
    ['gap', 'message'],
  );
  t.equal(received('soon').length, 8, 'no later event is missing');
  t.same(received('late'), [
    [6, 'gap'],
    [7, 'message'],
    [8, 'message'],
  ]);
  t.same(received('late', 1), [[6, 'gap']]);
  t.match(feed.list({ consumer: 'late' }).events[0], {
    data: { reason: 'store_replaced', movedTo: ['/lost'] },
  });
  const peer = new FakePeer();
  feed.subscribe(peer, { consumer: 'late' });
  for (let turns = 0; turns < 5; turns += 1) await nextTurn();
  t.same(cursors(peer.received), [6, 7, 8], 'in a subscription too');
  await feed.ack('late', BASE + 6);
  t.same(
    received('late').map(([cursor]) => cursor),
    [7, 8],
    'the gap is reported once',
  );
  t.same(feed.list({ from: 'now' }).events, [], 'a reader without a consumer starts at the end');
});

t.test('a gap is also delivered live, whatever types were requested', async (t) => {
  const { feed, add } = open(t);
  const peer = new FakePeer();
  feed.subscribe(peer, { types: ['message'] });
  await add(1);
  await until(() => peer.received.length === 1);
  await add(1, () => 'alert');
  await add(1, () => 'gap');
  await add(1);
  t.same(
    peer.received.map(({ type }) => type),
    ['message', 'gap', 'message'],
  );
});

t.test('a subscription keeps its connection open until it ends', async (t) => {
  const { feed } = open(t);
  const peer = new FakePeer();
  const ids = [1, 2].map(() => feed.subscribe(peer, {}).subscription);
  t.equal(peer.holds, 2);
  feed.unsubscribe(peer, ids[0] ?? '');
  t.equal(peer.holds, 1);
  peer.hangUp();
  t.equal(peer.holds, 0);
});
