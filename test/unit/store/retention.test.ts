// Retention deletes old events and finished messages, and keeps everything else.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { SEND_STATES } from '../../../src/protocol/state.js';
import { event, fill, message, NOW, opened, scratch, WID } from './scratch.js';

const DAY = 86_400_000;

t.test('events are deleted by age, the oldest first, without holes', async (t) => {
  const store = opened(t);
  await fill(store, 1, 3_000);
  // After a wrong clock, an event from the future between old ones keeps the ones after it.
  const swept = await store.sweep({ nowMs: NOW + DAY + 2_001, retentionDays: 1, maxMb: 100 });
  t.equal(swept.events, 2_000);
  t.equal(store.journal.oldest, NOW + 2_001);
  t.equal((await store.sweep({ nowMs: NOW + DAY + 2_001, retentionDays: 1, maxMb: 100 })).events, 0);
  const future = opened(t);
  await fill(future, 1, 5);
  await future.write((tx) => future.journal.append(tx, event(6, { timeMs: NOW + 9 * DAY })));
  await fill(future, 7, 9);
  await future.sweep({ nowMs: NOW + 2 * DAY, retentionDays: 1, maxMb: 100 });
  t.equal(future.journal.oldest, NOW + 6);
});

t.test('events are deleted by size, except the newest thousand, and the disk space is freed', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  await fill(store, 1, 6_000, { data: { text: 'x'.repeat(2_000) } });
  const before = store.bytes;
  const { last } = store.journal;
  const swept = await store.sweep({ nowMs: NOW, retentionDays: 30, maxMb: 8 });
  t.ok(before > 12e6 && swept.bytes <= 8 * 1024 * 1024 && swept.bytes > 7e6, `${before} → ${swept.bytes}`);
  t.equal(swept.bytes, store.bytes);
  t.equal(store.journal.last, last);
  await store.sweep({ nowMs: NOW, retentionDays: 30, maxMb: 0 });
  t.equal(last - store.journal.oldest + 1, 1_000);
  store.close();
  t.ok(statSync(join(directory, 'wad.sqlite')).size < 8e6, 'the file is smaller');
});

t.test('keys outlive their events, and are deleted later', async (t) => {
  const store = opened(t);
  const sightings = [1, 2, 3].map((n) => ({ key: `k${n}`, messageId: `i${n}`, ack: 0 }));
  await store.write((tx) => {
    for (const seen of sightings) store.messages.appendOnce(tx, seen, event(1));
  });
  const after = (days: number, more = {}) =>
    store.sweep({ nowMs: NOW + days * DAY, retentionDays: 30, maxMb: 100, ...more });
  t.match(await after(31), { events: 3, seen: 0 });
  t.match(await after(90), { seen: 0 });
  t.match(await after(80, { seenDays: 79 }), { seen: 3 });
  t.equal(store.messages.get('k1', WID), null);
});

t.test('finished messages are deleted, together with their keys', async (t) => {
  const store = opened(t);
  await store.write((tx) => {
    for (const [n, state] of SEND_STATES.entries()) {
      store.outbox.accept(tx, message(n, { key: `k${n}` }));
      store.outbox.change(tx, `m-${n}`, 'queued', { state, nowMs: NOW });
    }
    store.outbox.accept(tx, message(99));
    store.outbox.change(tx, 'm-99', 'queued', { state: 'read', nowMs: NOW + 5 * DAY });
  });
  const swept = await store.sweep({ nowMs: NOW + 31 * DAY, retentionDays: 30, maxMb: 0 });
  t.equal(swept.outbox, SEND_STATES.length - 3);
  const left = store.outbox.list({ order: 'oldest' }).messages;
  t.same(
    left.map(({ state }) => state),
    ['queued', 'sending', 'unknown', 'read'],
  );
});

t.test('other writes run between the steps of a sweep, and a sweep can be aborted', async (t) => {
  const store = opened(t);
  await fill(store, 1, 5_000);
  const stop = new AbortController();
  const sweep = store.sweep({ nowMs: NOW + 9 * DAY, retentionDays: 1, maxMb: 100, signal: stop.signal });
  await store.write((tx) => store.journal.append(tx, event(5_001, { timeMs: NOW + 9 * DAY })));
  t.ok(store.journal.oldest < NOW + 5_001, 'a write ran before the sweep was over');
  stop.abort();
  const { events } = await sweep;
  t.ok(events > 0 && events < 5_000);
  t.equal(store.journal.oldest, NOW + 1 + events);
});
