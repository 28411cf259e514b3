// The journal returns events by cursor, records each message once, and keeps the positions of consumers.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { EventType } from '../../../src/protocol/state.js';
import type { PageOptions } from '../../../src/store/journal.js';
import { openStore } from '../../../src/store/open.js';
import type { Store } from '../../../src/store/store.js';
import { event, fill, kindOf, message, NOW, opened, scratch, WID } from './scratch.js';

const numbers = (events: readonly { data: Readonly<Record<string, unknown>> }[]) =>
  events.map(({ data }) => data.n);

/** Reads all pages to the end, which must come. */
function everything(store: Store, options: Omit<PageOptions, 'after'> & { after?: number }) {
  const events = [];
  let after = options.after ?? 0;
  for (let pages = 1; ; pages += 1) {
    const page = store.journal.page({ ...options, after });
    events.push(...page.events);
    if (page.next === after || pages > 5_000) return { events, pages, next: page.next };
    after = page.next;
  }
}

t.test('events have consecutive cursors, and are there after a restart', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  t.equal(store.journal.last, NOW, 'the first cursor is the time of the creation');
  t.equal(store.journal.oldest, NOW + 1);
  const kept = await store.write((tx) => [1, 2].map((n) => store.journal.append(tx, event(n))));
  t.same(
    kept.map(({ cursor }) => cursor),
    [NOW + 1, NOW + 2],
  );
  store.close();
  const again = opened(t, directory, () => NOW + 1e9);
  t.equal(again.journal.last, NOW + 2);
  t.equal(again.journal.oldest, NOW + 1);
  t.same(again.journal.page({ after: 0 }), { events: kept, next: NOW + 2, gap: null });
  t.same(again.journal.get(NOW + 2), kept[1]);
  t.equal(again.journal.get(NOW + 3), null);
});

t.test('a cursor is never used twice', async (t) => {
  const directory = scratch(t);
  let store = opened(t, directory);
  await fill(store, 1, 10);
  const { last } = store.journal;
  await t.test('after a write that failed, because nobody saw its cursor', async (t) => {
    await t.rejects(
      store.write((tx) => {
        store.journal.append(tx, event(11));
        throw new Error('no');
      }),
    );
    t.equal(store.journal.last, last);
  });
  await t.test('after all events are deleted, also across a restart', async (t) => {
    await store.sweep({ nowMs: NOW + 1e12, retentionDays: 1, maxMb: 100 });
    t.equal(store.journal.oldest, last + 1);
    store.close();
    store = opened(t, directory);
    t.equal(store.journal.last, last);
    const next = await store.write((tx) => store.journal.append(tx, event(11)));
    t.equal(next.cursor, last + 1);
    store.close();
  });
  await t.test('after the files are removed', async (t) => {
    for (const name of ['wad.sqlite', 'wad.sqlite-wal']) rmSync(join(directory, name), { force: true });
    const later = opened(t, directory, () => NOW + 60_000);
    t.ok(later.journal.last >= last + 2);
    const gap = { after: last, oldest: NOW + 60_001 };
    t.same(later.journal.page({ after: last }).gap, gap, 'events in between are unknown, so there is a gap');
    await fill(later, 1, 1);
    t.same(later.journal.page({ after: last }).gap, gap);
    t.same(later.journal.page({ after: 0 }).gap, null);
  });
});

t.test('a page ends at its limit or its maximum size, and the next continues there', async (t) => {
  const store = opened(t);
  await fill(store, 1, 1_200, { data: { text: 'x'.repeat(989) } });
  const sizes = (options: Omit<PageOptions, 'after'>) => {
    const { events } = store.journal.page({ after: 0, ...options });
    return events.length;
  };
  t.equal(sizes({}), 100);
  t.equal(sizes({ limit: 1_000 }), 1_000);
  t.equal(sizes({ limit: 1_000, maxBytes: 10_000 }), 10);
  t.equal(sizes({ limit: 1_000, maxBytes: 10 }), 1, 'one event is returned, whatever its size');
  for (const options of [{ limit: 1 }, { limit: 300 }, { limit: 1_000, maxBytes: 10_000 }]) {
    const { events } = everything(store, options);
    t.same(
      events.map(({ cursor }) => cursor - NOW),
      Array.from({ length: 1_200 }, (_, i) => i + 1),
    );
  }
});

t.test('pages with a filter always advance, and return each matching event once', async (t) => {
  const store = opened(t);
  await store.write((tx) => {
    for (let n = 1; n <= 12_345; n += 1)
      store.journal.append(
        tx,
        event(n, { type: n === 12_000 ? 'alert' : n % 1_000 === 0 ? 'call' : 'message' }),
      );
  });
  const cases: [readonly EventType[], number, unknown[]][] = [
    [['alert'], 100, [12_000]],
    [['call'], 3, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => n * 1_000)],
    [['call', 'alert'], 1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((n) => n * 1_000)],
    [['group'], 100, []],
  ];
  for (const [types, limit, expected] of cases) {
    const found = everything(store, { types, limit });
    t.same(numbers(found.events), expected, types.join());
    t.equal(found.next, store.journal.last, 'the last page is at the end');
  }
  const first = store.journal.page({ after: 0, types: ['group'] });
  t.same(first.events, []);
  t.ok(first.next > NOW && first.next < store.journal.last, 'one page does not scan all events');
});

t.test('a page reports missing events as a gap', async (t) => {
  const store = opened(t);
  await fill(store, 1, 10);
  const { last } = store.journal;
  t.same(store.journal.page({ after: last }), { events: [], next: last, gap: null });
  t.same(store.journal.page({ after: last + 5 }), { events: [], next: last + 5, gap: null });
  await store.sweep({ nowMs: NOW + 6 + 86_400_000, retentionDays: 1, maxMb: 100 });
  t.equal(store.journal.oldest, NOW + 6);
  const cases: [number, unknown, number[]][] = [
    [0, null, [6, 7, 8, 9, 10]],
    [NOW + 5, null, [6, 7, 8, 9, 10]],
    [NOW + 8, null, [9, 10]],
    [NOW + 4, { after: NOW + 4, oldest: NOW + 6 }, [6, 7, 8, 9, 10]],
    [7, { after: 7, oldest: NOW + 6 }, [6, 7, 8, 9, 10]],
  ];
  for (const [after, gap, expected] of cases) {
    const page = store.journal.page({ after });
    t.same(page.gap, gap, `after ${after}`);
    t.same(numbers(page.events), expected);
    t.equal(page.next, last);
  }
  await store.sweep({ nowMs: NOW + 1e12, retentionDays: 1, maxMb: 100 });
  t.same(store.journal.page({ after: 0 }), { events: [], next: last, gap: null });
  t.same(store.journal.page({ after: NOW + 3 }), {
    events: [],
    next: last,
    gap: { after: NOW + 3, oldest: last + 1 },
  });
});

const eventOf = ({ messages }: Store, key: string) => {
  const seen = messages.get(key, WID);
  return seen === null ? null : messages.event(seen);
};

t.test('the events from a time on begin after a cursor', async (t) => {
  const store = opened(t);
  const { journal } = store;
  t.equal(journal.before(0), journal.last, 'without events at the newest cursor');
  // Five events at 0, 10, 20, 30, 40 ms, of which two share a time.
  const times = [0, 10, 20, 20, 40];
  await store.write((tx) => {
    for (const [n, ms] of times.entries()) journal.append(tx, event(n, { timeMs: NOW + ms }));
  });
  for (const [ms, begins] of [
    [-1, 0],
    [0, 0],
    [1, 1],
    [10, 1],
    [20, 2],
    [21, 4],
    [40, 4],
    [41, 5],
  ] as const) {
    const after = journal.before(NOW + ms);
    t.same(numbers(journal.page({ after }).events), times.map((_, n) => n).slice(begins), `${ms} ms`);
  }
  await store.sweep({ nowMs: NOW + 20 + 86_400_000, retentionDays: 1, maxMb: 100 });
  t.same(
    numbers(journal.page({ after: journal.before(0) }).events),
    [2, 3, 4],
    'from the oldest that is kept',
  );
  await store.sweep({ nowMs: NOW + 1e12, retentionDays: 1, maxMb: 100 });
  t.equal(journal.before(0), journal.last, 'from the newest, when none is kept');
});

t.test('a message is reported once for its key and account, even after its event is deleted', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  const sighting = (n: number, ack = 0) => ({ key: `in:chat:${n}`, messageId: `ID${n}`, ack });
  const announced = (n: number, more = {}) =>
    store.write((tx) => store.messages.appendOnce(tx, sighting(n), event(n, more)));
  const first = await announced(1);
  t.match(first, { cursor: NOW + 1, type: 'message', data: { n: 1 } });
  t.equal(await announced(1), null);
  t.match(
    await announced(1, { wid: '15559999999@c.us' }),
    { cursor: NOW + 2 },
    'another account has its own record',
  );
  t.same(eventOf(store, 'in:chat:1'), store.journal.get(NOW + 1), 'the event of this account');
  t.match(store.messages.withId('ID1'), [{ cursor: NOW + 2 }, { cursor: NOW + 1 }], 'the newest first');
  t.equal(store.messages.knows('in:chat:1', WID), true);
  t.equal(store.messages.knows('in:chat:2', WID), false);
  await announced(2);
  t.same(eventOf(store, 'in:chat:2')?.data, { n: 2 });
  t.equal(store.messages.get('in:chat:3', WID), null);
  await store.sweep({ nowMs: NOW + 40 * 86_400_000, retentionDays: 30, maxMb: 100 });
  store.close();
  const again = opened(t, directory);
  t.equal(again.journal.oldest, again.journal.last + 1);
  t.equal(await again.write((tx) => again.messages.appendOnce(tx, sighting(1), event(1))), null);
  t.equal(eventOf(again, 'in:chat:2'), null, 'the message is known, but its event is deleted');
  t.match(again.messages.get('in:chat:2', WID), { key: 'in:chat:2', wid: WID, ack: 0 });
});

t.test('an ack is reported only when it is new', async (t) => {
  const store = opened(t);
  const acked = async (name: string, ack: number) => {
    const seen = { key: name, messageId: name, ack };
    const stored = await store.write((tx) =>
      store.messages.ackOnce(tx, seen, event(0, { type: 'message.ack' })),
    );
    return stored !== null;
  };
  const cases: [string, [number, boolean][]][] = [
    ['in order', [[0, true], [1, true], [2, true], [3, true], [4, true]]], // biome-ignore format: a table
    ['out of order', [[2, true], [1, false], [2, false], [3, true]]], // biome-ignore format: a table
    ['refused', [[0, true], [-1, true], [-1, false], [1, true], [-1, false]]], // biome-ignore format: a table
    ['refused too late', [[1, true], [-1, false]]], // biome-ignore format: a table
    ['refused at once', [[-1, true], [0, true]]], // biome-ignore format: a table
  ];
  for (const [name, steps] of cases)
    for (const [ack, isNew] of steps) t.equal(await acked(name, ack), isNew, `${name}: ${ack}`);
  t.equal(store.messages.knows('in order', WID), false, 'an ack does not count as a report of the message');
  const late = { key: 'in order', messageId: 'in order', ack: 1 };
  t.ok(await store.write((tx) => store.messages.appendOnce(tx, late, event(1))));
  t.match(store.messages.get('in order', WID), { ack: 4 }, 'the message does not reset its ack');
});

t.test('a consumer never moves back, nor beyond the newest event', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  await fill(store, 1, 10);
  const ack = (name: string, cursor: number) =>
    store.write((tx) => store.consumers.ack(tx, name, cursor, NOW));
  t.equal(store.consumers.place('crm'), null);
  t.equal(await ack('crm', NOW + 5), NOW + 5);
  t.equal(await ack('crm', NOW + 3), NOW + 5);
  t.equal(await ack('crm', NOW + 99), NOW + 10);
  t.equal(await ack('other', 0), 0);
  store.close();
  const again = opened(t, directory);
  t.same(again.consumers.list(), [
    { name: 'crm', cursor: NOW + 10, atMs: NOW },
    { name: 'other', cursor: 0, atMs: NOW },
  ]);
  t.equal(await again.write((tx) => again.consumers.remove(tx, 'other')), true);
  t.equal(await again.write((tx) => again.consumers.remove(tx, 'other')), false);
  await again.write((tx) => {
    for (let n = 2; n <= 1_000; n += 1) again.consumers.ack(tx, `c${n}`, 1, NOW);
  });
  t.equal(
    await kindOf(() => again.write((tx) => again.consumers.ack(tx, 'c1001', 1, NOW))),
    'too_many_consumers',
  );
  t.equal(await again.write((tx) => again.consumers.ack(tx, 'c1000', 2, NOW)), 2);
});

t.test('a closed store fails with "shutting_down"', async (t) => {
  const store = openStore({ directory: scratch(t) });
  const waiting = store.write((tx) => store.journal.append(tx, event(1)));
  store.close();
  store.close();
  t.match(await waiting, { data: { n: 1 } }, 'queued writes were written');
  t.equal(await kindOf(() => store.journal.last), 'shutting_down');
  t.equal(await kindOf(() => store.write((tx) => store.outbox.accept(tx, message(1)))), 'shutting_down');
  t.equal(await kindOf(() => store.sweep({ nowMs: NOW, retentionDays: 1, maxMb: 1 })), 'shutting_down');
});
