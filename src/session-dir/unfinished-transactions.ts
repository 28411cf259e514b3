// Repairs IndexedDB databases so that Chromium can undo the unfinished transactions of a killed browser (H33). With two
// of them in one database, Chromium would declare the storage corrupt and destroy it, and the session with it. Before a
// browser starts, one record is appended to the log of the database; Chromium itself undoes the transactions. The tables
// of the database are not read: if the log lacks a part, nothing is changed.
import { constants, copyFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readBoundedAsync } from '../local/bounded-file.js';
import { syncDirectory, writeDurably } from './durable-file.js';
import type { SessionDir, SessionLog } from './layout.js';
import { type Batch, type FileList, readBatch, readFileList, writeBatch } from './leveldb-batch.js';
import { layOut, recordsOf } from './leveldb-log.js';
import { Scopes } from './scope-locks.js';

/** LevelDB begins a new log at 4 MiB. A larger log than this is left to Chromium. */
const MAX_BYTES = 64 * 1_048_576;
/** Chromium's name for the key order of IndexedDB. Databases with another order have no such transactions. */
const COMPARATOR = 'idb_cmp1';

/**
 * Repairs the databases of all pages in a profile. No process may have them open, and their logs must be whole. Before a
 * log is changed, a copy is made next to it; an earlier copy is removed. Never rejects.
 */
export async function mendTransactions({ profile }: SessionDir, log: SessionLog): Promise<void> {
  const root = join(profile, 'Default', 'IndexedDB');
  const names = await readdir(root).catch(() => []);
  for (const name of names.filter((each) => each.endsWith('.leveldb'))) {
    const path = join(root, name);
    try {
      const mended = await mend(path);
      if (mended !== null) log.warn('leftover.unfinished-transactions', mended);
    } catch (error) {
      log.warn('leftover.unfinished-transactions', { path, err: error });
    }
  }
}

interface Mended extends Readonly<Record<string, unknown>> {
  /** The path of the log. */
  readonly path: string;
  /** How many transactions lost a lock. */
  readonly changed: number;
  readonly copy: string;
}

/** @returns null when nothing has to be repaired */
async function mend(folder: string): Promise<Mended | null> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const list = names.includes('CURRENT') ? await fileList(folder) : null;
  if (list?.comparator !== COMPARATOR) return null;
  const numbered = names.flatMap((name) => {
    const number = Number(/^(\d+)\.log$/.exec(name)?.[1] ?? -1);
    return number >= list.oldestLog ? [{ name, number }] : [];
  });
  const logs = numbered.sort((a, b) => a.number - b.number).map(({ name }) => join(folder, name));
  const scopes = new Scopes();
  let sequence = BigInt(list.lastSequence);
  let last: { path: string; bytes: Buffer } | null = null;
  for (const path of logs) {
    const bytes = await readBoundedAsync(path, MAX_BYTES);
    const records = recordsOf(bytes);
    if (records === null) return null;
    for (const record of records) {
      const batch = readBatch(record);
      for (const write of batch.writes) scopes.add(write);
      sequence = later(sequence, batch);
    }
    last = { path, bytes };
  }
  const writes = scopes.mend();
  if (writes.length === 0 || last === null) return null;
  const copy = await copyBeside(folder, names, last.path);
  const record = writeBatch({ sequence: sequence + 1n, writes });
  await writeDurably(last.path, Buffer.concat([last.bytes, layOut([record], last.bytes.length)]));
  return { path: last.path, changed: writes.length, copy };
}

const later = (sequence: bigint, batch: Batch): bigint => {
  const end = batch.sequence + BigInt(batch.writes.length) - 1n;
  return end > sequence ? end : sequence;
};

/** Null when the list is damaged. */
async function fileList(folder: string): Promise<FileList | null> {
  const name = (await readBoundedAsync(join(folder, 'CURRENT'), 64)).toString('latin1');
  if (!/^MANIFEST-\d+\n$/.test(name)) return null;
  const records = recordsOf(await readBoundedAsync(join(folder, name.trimEnd()), MAX_BYTES));
  return records === null ? null : readFileList(records);
}

/** Copies a log. LevelDB and Chromium ignore a file with this name; it is deleted with the database. */
async function copyBeside(folder: string, names: readonly string[], path: string): Promise<string> {
  for (const name of names)
    if (/^\d+\.log\.corrupt-\w+$/.test(name)) await rm(join(folder, name), { force: true });
  const copy = `${path}.corrupt-${new Date().toISOString().replace(/[-:.]/g, '')}`;
  await copyFile(path, copy, constants.COPYFILE_EXCL);
  await syncDirectory(folder);
  return copy;
}
