/** Makes an IndexedDB database look as if its browser was killed during two transactions (H33). */
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBatch, varint, type Write, writeBatch } from '../../src/session-dir/leveldb-batch.js';
import { layOut, recordsOf } from '../../src/session-dir/leveldb-log.js';

const bytes = (number: number, value: Buffer): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);

export const metadataKey = (scope: number): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 0, 50, 1]), varint(scope)]);

/** Undo keys count down from the largest possible number. */
export const undoKey = (scope: number, task = 0): Buffer => {
  const number = Buffer.alloc(8);
  number.writeBigInt64BE(2n ** 63n - 1n - BigInt(task));
  return Buffer.concat([Buffer.from([0, 0, 0, 0, 50, 2]), varint(scope), Buffer.from([0]), number]);
};

export const undoPut = (key: Buffer, value: Buffer): Buffer =>
  bytes(1, Buffer.concat([bytes(1, key), bytes(2, value)]));

export const lockOfDatabase = (name: string): Buffer => bytes(1, bytes(2, bytes(1, Buffer.from(name))));

export const lockOfStore = (database: number, store: number): Buffer => {
  const key = Buffer.alloc(16);
  key.writeUInt32BE(database, 4);
  key.writeUInt32BE(store, 12);
  return bytes(1, Buffer.concat([Buffer.from([8, 1]), bytes(2, bytes(1, key))]));
};

/** Returns the writes of an uncommitted transaction that removed this record. */
export function removal(scope: number, database: string, { key, value }: Write): readonly Write[] {
  assert.ok(value);
  const locks = [lockOfDatabase(database), lockOfStore(key[1] ?? 0, key[2] ?? 0)];
  return [
    { key, value: null },
    { key: metadataKey(scope), value: Buffer.concat(locks) },
    { key: undoKey(scope), value: undoPut(key, value) },
  ];
}

/**
 * Appends two uncommitted transactions to the log of a database. Each has removed the last record of a
 * different object store in the log. No process may have the database open.
 */
export function leaveUnfinished(folder: string, database: string): void {
  const name = readdirSync(folder).find((each) => each.endsWith('.log'));
  assert.ok(name, 'there is a log');
  const path = join(folder, name);
  const log = readFileSync(path);
  const batches = recordsOf(log)?.map(readBatch) ?? [];
  const live = new Map<string, Write>();
  for (const write of batches.flatMap(({ writes }) => writes)) {
    live.delete(write.key.toString('hex'));
    if (write.value !== null) live.set(write.key.toString('hex'), write);
  }
  const last = new Map<number, Write>();
  // A key's prefix: one byte with the lengths of the next three fields, then database, object store, and 1
  // for data.
  for (const write of live.values())
    if (write.key[0] === 0 && write.key[1] === 1 && write.key[3] === 1) last.set(write.key[2] ?? 0, write);
  assert.ok(last.size > 1, 'the log has data of two object stores');
  let sequence = batches.reduce((most, batch) => {
    const end = batch.sequence + BigInt(batch.writes.length);
    return end > most ? end : most;
  }, 1n);
  const records = [...last.values()].slice(0, 2).map((write, index) => {
    const writes = removal(0x7c + index, database, write);
    const record = writeBatch({ sequence, writes });
    sequence += BigInt(writes.length);
    return record;
  });
  appendFileSync(path, layOut(records, log.length));
}
