// What this disk knows of the account's tenures: `wad.fleet.json` in the state directory.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFault } from '../../session-dir/disk-fault.js';
import { removeUnfinished, writeDurably } from '../../session-dir/durable-file.js';

export interface DiskRecord {
  /** The lease under which the account last ran on this disk; 0: it never did. */
  readonly epoch: number;
  /** The epoch of the restored copy on which the account has not become ready yet; else null. */
  readonly from: number | null;
  /** The epochs of copies with which WhatsApp refused the account, since it was last ready. */
  readonly refused: readonly number[];
  /** What is being moved into place: begun, and perhaps not ended. `session`: all but the store and what belongs to it. */
  readonly moving: Moved | null;
}

export type Moved = 'all' | 'session';

export const NO_TENURE: DiskRecord = { epoch: 0, from: null, refused: [], moving: null };

const pathOf = (stateDir: string): string => join(stateDir, 'wad.fleet.json');

/** A missing or unreadable record is one of a disk on which the account never ran: any copy is newer. */
export async function readRecord(stateDir: string): Promise<DiskRecord> {
  const path = pathOf(stateDir);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NO_TENURE;
    throw diskFault(error, path);
  }
  try {
    const { epoch, from, refused, moving } = Object(JSON.parse(text)) as Record<string, unknown>;
    return {
      epoch: isEpoch(epoch) ? epoch : 0,
      from: isEpoch(from) ? from : null,
      refused: Array.isArray(refused) ? refused.filter(isEpoch) : [],
      moving: moving === 'all' || moving === 'session' ? moving : null,
    };
  } catch {
    return NO_TENURE;
  }
}

const isEpoch = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** It is on disk when this resolves. @throws (rejects) Fault disk_full, permission_denied */
export async function writeRecord(stateDir: string, record: DiskRecord): Promise<void> {
  const path = pathOf(stateDir);
  await removeUnfinished(path);
  await writeDurably(path, `${JSON.stringify(record)}\n`);
}
