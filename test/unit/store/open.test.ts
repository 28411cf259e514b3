// Opening a store: file modes, versions, one process at a time, and damaged files, which are quarantined.
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Database } from '../../../src/store/database.js';
import { MIGRATIONS } from '../../../src/store/migrations/index.js';
import { openStore } from '../../../src/store/open.js';
import { crashed, event, fill, kindOf, message, NOW, opened, scratch } from './scratch.js';

const file = (directory: string) => join(directory, 'wad.sqlite');
const modeOf = (path: string) => statSync(path).mode & 0o777;
const PAGE = 4096;

/** Overwrites a part of a file. */
function spoil(path: string, from: number, length: number, how: (byte: number) => number = () => 0xa5): void {
  const bytes = readFileSync(path);
  for (let i = from; i < from + length; i += 1) bytes[i] = how(bytes[i] ?? 0);
  writeFileSync(path, bytes);
}

/** Returns the files of a store that was closed after many events and one message. */
async function closed(t: Parameters<typeof scratch>[0]): Promise<{ directory: string; last: number }> {
  const directory = scratch(t);
  const store = openStore({ directory, now: () => NOW });
  await fill(store, 1, 2_000, { data: { text: 'x'.repeat(200) } });
  await store.write((tx) => store.outbox.accept(tx, message(1, { key: 'k' })));
  const { last } = store.journal;
  store.close();
  return { directory, last };
}

/** Checks that a damaged file is quarantined, and that a fresh one works and only has new cursors. */
async function isReplaced(t: Test, directory: string, reason: RegExp, last: number): Promise<void> {
  const before = readdirSync(directory).filter((name) => /sqlite(-wal)?$/.test(name));
  const bytes = before.map((name) => readFileSync(join(directory, name)));
  const store = opened(t, directory, () => NOW + 3_600_000);
  const { report } = store;
  t.match(report.replaced?.reason, reason);
  t.equal(report.created, true);
  const aside = `${file(directory)}.corrupt-20260101T010000000Z`;
  t.same(
    report.replaced?.movedTo.filter((path) => !path.endsWith('-shm')),
    before.map((name) => aside + name.slice('wad.sqlite'.length)),
  );
  for (const [i, name] of before.entries())
    t.ok(
      readFileSync(aside + name.slice('wad.sqlite'.length)).equals(bytes[i] ?? Buffer.of()),
      `${name} is unchanged`,
    );
  t.equal(store.outbox.get('m-1'), null);
  t.ok(store.journal.last > last, 'new cursors are larger than those of the damaged file');
  t.same(store.journal.page({ after: last }).gap?.after, last);
  await store.write((tx) => store.outbox.accept(tx, message(1, { key: 'k' })));
  store.close();
  const again = opened(t, directory);
  t.equal(again.report.replaced, null);
  t.equal(again.outbox.get('m-1')?.state, 'queued');
}

t.test('a fresh store has its report, files and modes', async (t) => {
  const directory = join(scratch(t), 'a', 'b');
  const store = opened(t, directory);
  t.match(store.report, {
    path: file(directory),
    created: true,
    replaced: null,
    migratedFrom: 0,
    version: MIGRATIONS.length,
    narrowed: false,
  });
  await fill(store, 1, 1);
  t.equal(modeOf(directory), 0o700);
  for (const name of readdirSync(directory)) t.equal(modeOf(join(directory, name)), 0o600, name);
  store.close();
  t.equal(statSync(file(directory)).size > 0, true);
  t.equal(
    statSync(`${file(directory)}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    0,
    'the WAL is empty after a close',
  );
  t.match(opened(t, directory).report, { created: false, migratedFrom: MIGRATIONS.length });
});

t.test('commits are synced, and the WAL is checkpointed in small steps', async (t) => {
  const db = new Database(join(scratch(t), 'x.sqlite'));
  t.teardown(() => db.close());
  t.same(
    ['journal_mode', 'synchronous', 'foreign_keys', 'auto_vacuum', 'busy_timeout'].map((name) =>
      db.pragma(name),
    ),
    ['wal', 2, 1, 2, 2_000],
  );
});

t.test('files that others can read are narrowed and reported', async (t) => {
  const { directory } = await closed(t);
  // Access by the group alone counts too.
  chmodSync(file(directory), 0o640);
  const store = opened(t, directory);
  t.equal(store.report.narrowed, true);
  t.equal(modeOf(file(directory)), 0o600);
});

t.test('one process has the store, and the next may have it afterwards', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  t.equal(await kindOf(() => openStore({ directory })), 'lock_held');
  store.close();
  opened(t, directory);
});

t.test('a directory without write permission is a fault', async (t) => {
  const directory = scratch(t);
  const isRoot = process.geteuid?.() === 0;
  chmodSync(directory, 0o500);
  // Root may write everywhere, so the test acts as another user.
  if (isRoot) process.seteuid?.(65_534);
  const kind = await kindOf(() => openStore({ directory }));
  if (isRoot) process.seteuid?.(0);
  chmodSync(directory, 0o700);
  t.equal(kind, 'permission_denied');
});

t.test('a file of a newer version is refused and not changed', async (t) => {
  const { directory } = await closed(t);
  const db = new Database(file(directory));
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  db.close();
  const before = readFileSync(file(directory));
  for (let i = 0; i < 2; i += 1)
    t.equal(await kindOf(() => openStore({ directory })), 'store_newer', 'the refused file is closed again');
  t.ok(readFileSync(file(directory)).equals(before));
  t.notMatch(readdirSync(directory).join(), 'corrupt');
});

t.test('a file with a damaged header is quarantined', async (t) => {
  const { directory, last } = await closed(t);
  spoil(file(directory), 0, 100);
  await isReplaced(t, directory, /not a database/, last);
});

t.test('a file of another format is quarantined', async (t) => {
  const directory = scratch(t);
  writeFileSync(file(directory), 'not a store, but somebody put it here\n'.repeat(1_000));
  await isReplaced(t, directory, /not a database/, NOW);
});

t.test('a file with damaged pages is quarantined', async (t) => {
  const { directory, last } = await closed(t);
  const middle = Math.floor(statSync(file(directory)).size / PAGE / 2) * PAGE;
  spoil(file(directory), middle, 2 * PAGE);
  await isReplaced(t, directory, /malformed|page|Tree|row/i, last);
});

t.test('a truncated file is quarantined', async (t) => {
  const { directory, last } = await closed(t);
  truncateSync(file(directory), Math.floor(statSync(file(directory)).size / 2 / PAGE) * PAGE);
  await isReplaced(t, directory, /malformed|page|size/i, last);
});

t.test('a WAL with a damaged frame before confirmed commits is quarantined', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  for (let n = 1; n <= 20; n += 1) await fill(store, n, n);
  const wal = (copy: string) => `${file(copy)}-wal`;
  for (const where of [0.5, 0.1]) {
    const copy = crashed(t, directory);
    const { size } = statSync(wal(copy));
    spoil(wal(copy), Math.floor(size * where), 1, (byte) => byte ^ 1);
    await isReplaced(t, copy, /write-ahead log is damaged/, store.journal.last);
  }
  const header = crashed(t, directory);
  spoil(wal(header), 0, 32);
  await isReplaced(t, header, /header of the write-ahead log/, store.journal.last);
});

t.test('a WAL that a crash has cut off is not damage, and every confirmed write is there', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  const wal = (copy: string) => `${file(copy)}-wal`;
  await fill(store, 1, 5);
  const reports = statSync(wal(directory)).size;
  await fill(store, 6, 6);
  const { size } = statSync(wal(directory));
  for (const cut of [reports, reports + 10, reports + PAGE, size - 1, size]) {
    const copy = crashed(t, directory);
    truncateSync(wal(copy), cut);
    const again = opened(t, copy);
    t.equal(again.report.replaced, null, `cut at ${cut}`);
    t.same(again.journal.last, cut === size ? NOW + 6 : NOW + 5);
  }
  const torn = crashed(t, directory);
  spoil(wal(torn), reports + 100, 50);
  t.equal(opened(t, torn).report.replaced, null, 'also when its pages reached the disk in another order');
});

t.test('a WAL that was overwritten after a checkpoint is not damage', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  // More than the thousand pages after which SQLite copies the log and starts it again.
  await fill(store, 1, 3_000, { data: { text: 'x'.repeat(3_000) } });
  for (let n = 1; n <= 5; n += 1) await fill(store, n, n);
  const again = opened(t, crashed(t, directory));
  t.equal(again.report.replaced, null);
  t.equal(again.journal.last, NOW + 3_005);
});

/** Runs SQL on a closed store. */
function edit(directory: string, sql: string): void {
  const db = new Database(file(directory));
  db.exec(sql);
  db.close();
}

t.test('a foreign trigger is dropped, and the store stays in use', async (t) => {
  const loop = (name: string) =>
    `CREATE TRIGGER ${name} AFTER INSERT ON events BEGIN INSERT INTO events (type, time, data) VALUES (new.type, 1, new.data); END`;
  const refusing = `CREATE TRIGGER refuse BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END`;
  const { directory, last } = await closed(t);
  edit(directory, `${loop('"a "" name"')}; ${refusing}`);
  const store = opened(t, directory, () => NOW);
  t.match(store.report, { replaced: null, created: false });
  t.same([...store.report.droppedTriggers].sort(), ['a " name', 'refuse']);
  t.equal(store.outbox.get('m-1')?.state, 'queued');
  await store.write((tx) => store.outbox.change(tx, 'm-1', 'queued', { state: 'failed', nowMs: NOW }));
  await fill(store, 1, 1);
  t.equal(store.journal.last, last + 1, 'one event is one row');
  store.close();
  t.same(opened(t, directory, () => NOW).report.droppedTriggers, [], 'reported once');
  const damaged = await closed(t);
  edit(damaged.directory, `${refusing}; DROP TABLE pacing`);
  t.match(
    opened(t, damaged.directory, () => NOW).report.replaced?.reason,
    /pacing/,
    'tables are dropped first',
  );
});

t.test('an empty file becomes a new store', async (t) => {
  const directory = scratch(t);
  writeFileSync(file(directory), '', { mode: 0o600 });
  const store = opened(t, directory);
  t.match(store.report, { created: true, replaced: null });
  await fill(store, 1, 1);
});

t.test('a store without write permission ends the start with a fault and is not changed', async (t) => {
  const { directory } = await closed(t);
  const names = readdirSync(directory).map((name) => join(directory, name));
  const before = readFileSync(file(directory));
  chmodSync(file(directory), 0o400);
  const isRoot = process.geteuid?.() === 0;
  // Root may write everywhere, so the test acts as another user.
  if (isRoot) {
    for (const path of [directory, ...names]) chownSync(path, 65_534, 65_534);
    process.seteuid?.(65_534);
  }
  const kind = await kindOf(() => openStore({ directory }));
  if (isRoot) process.seteuid?.(0);
  t.equal(kind, 'permission_denied');
  t.ok(readFileSync(file(directory)).equals(before));
  t.notMatch(readdirSync(directory).join(), 'corrupt');
});

t.test('a file with a foreign schema or impossible values is quarantined', async (t) => {
  const max = (number: string) => `UPDATE sqlite_sequence SET seq = ${number} WHERE name = 'events'`;
  for (const [what, sql, reason] of [
    ['a negative version', 'PRAGMA user_version = -5', /version is -5/],
    ['no version', 'PRAGMA user_version = 0', /another program/],
    ['a smaller version', 'PRAGMA user_version = 2; DROP TABLE seen', /missing/],
    ['a table is missing', 'DROP TABLE pacing', /table pacing is missing/],
    ['another table of the same name', 'DROP TABLE pacing; CREATE TABLE pacing (x)', /pacing/],
    ['an index is missing', 'DROP INDEX outbox_state', /index outbox_state/],
    ['a cursor of 2^53', max('9007199254740992'), /sqlite_sequence/],
    ['a cursor of 2^63 - 1', max('9223372036854775807'), /sqlite_sequence/],
    ['a negative cursor', max('-1'), /sqlite_sequence/],
    [
      'an invalid position of a consumer',
      "INSERT INTO consumers VALUES ('x', 9223372036854775807, 1)",
      /consumers/,
    ],
    [
      'an invalid time of the pace',
      "INSERT INTO pacing (only, due, day, sent) VALUES (1, 9223372036854775807, '', 0)",
      /pacing/,
    ],
  ] as const) {
    const { directory } = await closed(t);
    edit(directory, sql);
    const store = opened(t, directory, () => NOW);
    t.match(store.report.replaced?.reason, reason, what);
    t.ok(existsSync(store.report.replaced?.movedTo[0] ?? ''), what);
    await fill(store, 1, 1);
    store.close();
  }
  for (const [what, sql] of [
    ['an additional index', 'CREATE INDEX mine ON events (time)'],
    ['an additional table', 'CREATE TABLE mine (x)'],
    ['an additional view', 'CREATE VIEW mine AS SELECT * FROM events'],
    ['tables created by ANALYZE', 'ANALYZE'],
  ] as const) {
    const { directory } = await closed(t);
    edit(directory, sql);
    t.equal(opened(t, directory, () => NOW).report.replaced, null, what);
  }
  const folder = scratch(t);
  mkdirSync(file(folder));
  t.match(opened(t, folder, () => NOW).report.replaced?.reason, /not a regular file/);
  const other = scratch(t);
  edit(other, 'CREATE TABLE moz_cookies (x); PRAGMA user_version = 3');
  t.match(opened(t, other, () => NOW).report.replaced?.reason, /table account is missing/);
});

t.test('a WAL without its database file is quarantined', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory);
  await fill(store, 1, 3);
  const copy = crashed(t, directory);
  rmSync(file(copy));
  await isReplaced(t, copy, /without its database/, NOW + 3);
});

t.test('damage found in use is remembered until the next start', async (t) => {
  const { directory, last } = await closed(t);
  // An index that contradicts its table. Each is valid by itself.
  const db = new Database(file(directory));
  const root = db
    .prepare<{ page: number }>("SELECT rootpage AS page FROM sqlite_schema WHERE name = 'outbox_state'")
    .get();
  db.close();
  const entry = readFileSync(file(directory)).indexOf('queued', ((root?.page ?? 1) - 1) * PAGE);
  spoil(file(directory), entry, 1, () => 'k'.charCodeAt(0));
  const store = openStore({ directory, now: () => NOW });
  t.equal(store.report.replaced, null);
  const change = () =>
    store.write((tx) => store.outbox.change(tx, 'm-1', 'queued', { state: 'failed', nowMs: NOW }));
  t.equal(await kindOf(change), 'internal');
  t.equal(existsSync(`${file(directory)}.damaged`), true);
  store.close();
  await isReplaced(t, directory, /in use/, last);
  t.equal(existsSync(`${file(directory)}.damaged`), false);
});

t.test('cursors of another copy of the store are never given out again', async (t) => {
  const directory = scratch(t);
  const store = opened(t, directory, () => NOW);
  await fill(store, 1, 3);
  const { last } = store.journal;
  store.close();
  const next = async (now: number, cursorsAbove: number) => {
    const again = openStore({ directory, now: () => now, cursorsAbove });
    await fill(again, 1, 1);
    const cursor = again.journal.last;
    again.close();
    return cursor;
  };
  t.equal(await next(NOW + 1_000, last), last + 1, 'it is the newest copy: nothing is skipped');
  t.equal(await next(NOW + 5_000, last + 10), NOW + 5_001, 'above the clock, as in a new file');
  t.equal(await next(NOW, NOW + 9_000), NOW + 9_001, 'above a cursor that is ahead of the clock');
  const fresh = openStore({ directory: scratch(t), now: () => NOW, cursorsAbove: NOW + 70 });
  await fill(fresh, 1, 1);
  t.equal(fresh.journal.last, NOW + 71);
  fresh.close();
});

t.test('cursors continue after a damaged file whose clock was ahead', async (t) => {
  const directory = scratch(t);
  const ahead = NOW + 30 * 86_400_000;
  const store = openStore({ directory, now: () => ahead });
  await fill(store, 1, 2_000, { data: { text: 'x'.repeat(200) } });
  store.close();
  const { size } = statSync(file(directory));
  spoil(file(directory), Math.floor(size / PAGE / 2) * PAGE, 2 * PAGE);
  const again = opened(t, directory, () => NOW);
  t.ok(again.report.replaced);
  t.ok(again.journal.last > ahead + 2_000);
});

t.test('two files quarantined in the same millisecond are both kept', async (t) => {
  const directory = scratch(t);
  for (let i = 0; i < 2; i += 1) {
    for (const name of ['wad.sqlite', 'wad.sqlite-wal']) rmSync(join(directory, name), { force: true });
    writeFileSync(file(directory), 'nothing that one could use'.repeat(100));
    openStore({ directory, now: () => NOW }).close();
  }
  t.equal(readdirSync(directory).filter((name) => /corrupt-[\dTZ_]+$/.test(name)).length, 2);
});

t.test('an event that cannot be read becomes a gap, and readers continue after it', async (t) => {
  const { directory } = await closed(t);
  const db = new Database(file(directory));
  db.exec(`UPDATE events SET data = 'garbage' WHERE cursor = ${NOW + 2}`);
  db.close();
  const { events } = opened(t, directory).journal.page({ after: 0, limit: 3 });
  t.same(
    events.map(({ type }) => type),
    ['message', 'gap', 'message'],
  );
});

t.test('a write after a start on a damaged file works with the other parts', async (t) => {
  const directory = scratch(t);
  writeFileSync(file(directory), Buffer.alloc(8192, 7));
  const store = opened(t, directory);
  const [kept, consumer] = await Promise.all([
    store.write((tx) => store.journal.append(tx, event(1))),
    store.write((tx) => store.consumers.ack(tx, 'crm', NOW + 1, NOW)),
  ]);
  t.equal(kept.cursor, consumer);
});
