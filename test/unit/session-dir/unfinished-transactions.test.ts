/**
 * Before a browser starts, a database with unfinished transactions is changed so that Chromium can undo them.
 * Other databases are untouched.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readBatch, varint, type Write, writeBatch } from '../../../src/session-dir/leveldb-batch.js';
import { layOut, recordsOf } from '../../../src/session-dir/leveldb-log.js';
import { mendTransactions } from '../../../src/session-dir/unfinished-transactions.js';
import {
  lockOfDatabase,
  lockOfStore,
  metadataKey,
  removal,
  undoKey,
  undoPut,
} from '../../harness/unfinished.js';
import { place } from './place.js';

const SHOP = lockOfDatabase('shop');
const record = (store: number): Write => ({
  key: Buffer.from([0, 1, store, 1, 9]),
  value: Buffer.from(`of store ${store}`),
});
const unfinished = (scope: number, store: number, database = 'shop'): readonly Write[] =>
  removal(scope, database, record(store));
const holds = (scope: number, ...locks: readonly Buffer[]): Write => ({
  key: metadataKey(scope),
  value: Buffer.concat(locks),
});
const committed = (scope: number): Write => holds(scope);
const undone = (scope: number): Write => ({ key: metadataKey(scope), value: Buffer.from([16, 1]) });
const gone = (key: Buffer): Write => ({ key, value: null });

interface Database {
  /** Batches of each log, oldest first. The logs have the numbers 3, 4, 5. */
  readonly logs: readonly (readonly (readonly Write[])[])[];
  readonly comparator?: string;
  readonly oldestLog?: number;
  readonly lastSequence?: number;
  readonly name?: string;
  /** Bytes after the last log. */
  readonly behind?: Buffer;
}

/** Repairs a profile with one database. */
async function mended(t: Parameters<typeof place>[0], database: Database) {
  const { logs, comparator = 'idb_cmp1', oldestLog = 3, lastSequence = 0 } = database;
  const { dir, log, said } = place(t);
  const folder = join(dir.profile, 'Default', database.name ?? 'IndexedDB/https_shop_0.indexeddb.leveldb');
  mkdirSync(folder, { recursive: true });
  const put = (name: string, bytes: Buffer | string) =>
    writeFileSync(join(folder, name), bytes, { mode: 0o600 });
  put('CURRENT', 'MANIFEST-000001\n');
  const edit = [varint(1), varint(comparator.length), Buffer.from(comparator)];
  put(
    'MANIFEST-000001',
    layOut([Buffer.concat([...edit, varint(2), varint(oldestLog), varint(4), varint(lastSequence)])]),
  );
  let sequence = BigInt(lastSequence);
  const before = logs.map((batches, index) => {
    const records = batches.map((writes) => {
      const bytes = writeBatch({ sequence: sequence + 1n, writes });
      sequence += BigInt(writes.length);
      return bytes;
    });
    const isLast = index === logs.length - 1;
    const bytes = Buffer.concat([layOut(records), (isLast && database.behind) || Buffer.alloc(0)]);
    put(`00000${3 + index}.log`, bytes);
    return bytes;
  });
  const now = (index: number): Buffer => readFileSync(join(folder, `00000${3 + index}.log`));
  await mendTransactions(dir, log);
  return { before, now, sequence, said, folder, again: () => mendTransactions(dir, log) };
}

t.test(
  'the first of two transactions releases its lock on the database by one appended record',
  async (t) => {
    const { before, now, sequence, said, folder, again } = await mended(t, {
      logs: [[[record(3)], unfinished(0x7f, 3), unfinished(0x3c, 4), [record(5)]]],
    });
    const [was, is] = [before[0] as Buffer, now(0)];
    t.same(is.subarray(0, was.length), was, 'nothing else changes');
    const records = recordsOf(is) ?? [];
    t.equal(records.length, 5);
    t.same(readBatch(records.at(-1) as Buffer), {
      sequence: sequence + 1n,
      writes: [holds(0x3c, lockOfStore(1, 4))],
    });
    const copies = readdirSync(folder).filter((name) => name.includes('.corrupt-'));
    t.match(copies, [/^000003\.log\.corrupt-\d{8}T\d{9}Z$/]);
    t.same(readFileSync(join(folder, copies[0] ?? '')), was);
    for (const name of ['000003.log', ...copies]) t.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
    t.match(said, [['leftover.unfinished-transactions', { changed: 1, path: join(folder, '000003.log') }]]);
    await again();
    t.same(now(0), is, 'the second run changes nothing');
    t.equal(said.length, 1);
  },
);

t.test('of three transactions, the last one that Chromium undoes keeps its lock', async (t) => {
  const { now } = await mended(t, { logs: [[unfinished(9, 3), unfinished(8, 4), unfinished(10, 5)]] });
  const { writes } = readBatch((recordsOf(now(0)) ?? []).at(-1) as Buffer);
  t.same(writes, [holds(8, lockOfStore(1, 4)), holds(9, lockOfStore(1, 3))]);
});

t.test('a transaction over several databases and stores releases no other lock', async (t) => {
  const locks = [lockOfDatabase('other'), SHOP, lockOfStore(1, 3), lockOfStore(1, 6)];
  const { now } = await mended(t, { logs: [[[holds(1, ...locks)], unfinished(2, 4)]] });
  const { writes } = readBatch((recordsOf(now(0)) ?? []).at(-1) as Buffer);
  t.same(writes, [holds(1, ...locks.filter((lock) => lock !== SHOP))]);
});

t.test('transactions that span two logs or two blocks are found', async (t) => {
  const large = { key: Buffer.from([0, 1, 9, 1, 9]), value: Buffer.alloc(32_700) };
  const { before, now, sequence } = await mended(t, {
    lastSequence: 5_000,
    oldestLog: 4,
    logs: [[unfinished(1, 3)], [unfinished(2, 4), [large]], [[large], unfinished(3, 5)]],
  });
  t.same([now(0), now(1)], before.slice(0, 2));
  const last = readBatch((recordsOf(now(2)) ?? []).at(-1) as Buffer);
  t.same(last, { sequence: sequence + 1n, writes: [holds(2, lockOfStore(1, 4))] });
});

t.test('the sequence number of the write is larger than any other', async (t) => {
  const { now } = await mended(t, {
    lastSequence: 5_000,
    logs: [[unfinished(1, 3), unfinished(2, 4)], []],
  });
  const only = recordsOf(now(1)) ?? [];
  t.equal(only.length, 1, 'appended to the newest log, although it is empty');
  t.equal(readBatch(only[0] as Buffer).sequence, 5_007n);
});

/** A range from a to b, as written by an older Chromium. */
const RANGE = Buffer.from('0a0812060a016112' + '0162', 'hex');
const both = [unfinished(1, 3), unfinished(2, 4)];
const untouched: readonly (readonly [string, Database, RegExp?])[] = [
  ['no transaction', { logs: [[[record(3)]]] }],
  ['no log', { logs: [] }],
  ['one transaction', { logs: [[unfinished(1, 3)]] }],
  ['two transactions of two databases', { logs: [[unfinished(1, 3), unfinished(2, 4, 'other')]] }],
  ['the first was committed', { logs: [[...both, [committed(1)]]] }],
  ['the second was undone', { logs: [[...both, [undone(2)]]] }],
  [
    'the second was cleaned up',
    { logs: [[...both, [committed(2)], [gone(undoKey(2)), gone(metadataKey(2))]]] },
  ],
  ['all records are in tables already', { logs: [both], oldestLog: 4 }],
  ['keys in another order', { logs: [both], comparator: 'leveldb.BytewiseComparator' }],
  ['not an IndexedDB database', { logs: [both], name: 'Local Storage/leveldb' }],
  ['a torn log', { logs: [both], behind: Buffer.from('half') }],
  [
    'two transactions that lock the same store',
    { logs: [[unfinished(1, 3), unfinished(2, 3)]] },
    /hold one object store/,
  ],
  ['a version change', { logs: [[[holds(1, SHOP)], unfinished(2, 4)]] }, /holds no object store/],
  [
    'metadata in a table',
    { logs: [[[{ key: undoKey(1), value: undoPut(Buffer.of(0), Buffer.of(1)) }], unfinished(2, 4)]] },
    /not in the log/,
  ],
  ['a lock of a key range', { logs: [[[holds(1, RANGE)], unfinished(2, 4)]] }, /of a range/],
  [
    'metadata of a later Chromium',
    { logs: [[[holds(1, SHOP, Buffer.from([24, 1]))], unfinished(2, 4)]] },
    /tag 24/,
  ],
];

t.test('in other cases nothing is changed', async (t) => {
  for (const [name, database, warns] of untouched)
    await t.test(name, async (t) => {
      const { before, now, said, folder } = await mended(t, database);
      for (const [index, was] of before.entries()) t.same(now(index), was);
      t.notOk(readdirSync(folder).some((file) => file.includes('.corrupt-')));
      if (warns === undefined) t.same(said, []);
      else t.match(said, [['leftover.unfinished-transactions', { err: { message: warns } }]]);
    });
  await t.test('a missing profile is accepted', async (t) => {
    const { dir, log, said } = place(t);
    await mendTransactions(dir, log);
    t.same(said, []);
  });
});
