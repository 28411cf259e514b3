/** Batches of a LevelDB log are decoded, and other bytes are rejected. */
import t from 'tap';
import {
  Reader,
  readBatch,
  readFileList,
  varint,
  writeBatch,
} from '../../../src/session-dir/leveldb-batch.js';

t.test('a batch is read as it was written', async (t) => {
  const batch = {
    sequence: 2n ** 40n,
    writes: [
      { key: Buffer.from('put'), value: Buffer.alloc(300, 'x') },
      { key: Buffer.from('removed'), value: null },
      { key: Buffer.alloc(0), value: Buffer.alloc(0) },
    ],
  };
  const record = writeBatch(batch);
  t.same(readBatch(record), batch);
  t.same(readBatch(writeBatch({ sequence: 7n, writes: [] })), { sequence: 7n, writes: [] });
  for (let end = 0; end < record.length; end += 1)
    t.throws(() => readBatch(record.subarray(0, end)), RangeError, `cut off at ${end} bytes`);
  t.throws(() => readBatch(Buffer.concat([record, Buffer.from([9])])), /kind 9/);
  t.throws(() => readBatch(Buffer.concat([record, Buffer.from([0, 0])])), /another count/);
});

t.test('a batch written by LevelDB is read', async (t) => {
  const record = Buffer.from('0100000000000000' + '02000000' + '01016b0176' + '00016b', 'hex');
  const [key, value] = [Buffer.from('k'), Buffer.from('v')];
  const batch = {
    sequence: 1n,
    writes: [
      { key, value },
      { key, value: null },
    ],
  };
  t.same(readBatch(record), batch);
  t.same(writeBatch(batch), record);
});

t.test('variable-length integers are encoded and decoded', async (t) => {
  for (const number of [0, 1, 127, 128, 300, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    const reader = new Reader(varint(number));
    t.equal(reader.number(), number);
    t.ok(reader.ended);
  }
  t.same(varint(300), Buffer.from('ac02', 'hex'));
  t.throws(() => new Reader(Buffer.alloc(9, 0xff)).number(), /too large|breaks off/);
  t.throws(() => new Reader(Buffer.from([0x80])).number(), /breaks off/);
});

t.test('the manifest gives the list of files', async (t) => {
  const first = Buffer.concat([
    ...[varint(1), varint(8), Buffer.from('idb_cmp1'), varint(2), varint(3), varint(9), varint(0)],
    ...[varint(3), varint(4), varint(4), varint(0)],
  ]);
  t.same(readFileList([first]), { comparator: 'idb_cmp1', oldestLog: 3, lastSequence: 0 });
  const second = Buffer.concat([
    ...[varint(2), varint(300), varint(4), varint(70_000), varint(5), varint(1), varint(1), Buffer.from('k')],
    ...[varint(6), varint(0), varint(5), varint(7), varint(0), varint(9), varint(4_096)],
    ...[varint(1), Buffer.from('a'), varint(1), Buffer.from('z')],
  ]);
  t.same(readFileList([first, second]), { comparator: 'idb_cmp1', oldestLog: 300, lastSequence: 70_000 });
  t.throws(() => readFileList([Buffer.from([8, 0])]), /tag 8/);
  t.throws(() => readFileList([second.subarray(0, -1)]), /break off/);
});
