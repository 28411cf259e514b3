// Reads and writes the file that records the owner of the lock of a session directory, so that a refused process can name
// it. A crash leaves the file behind; it counts only while the process in it lives.
import { readBounded } from '../local/bounded-file.js';
import { writeDurably } from './durable-file.js';
import type { SessionDir } from './layout.js';
import { ownProcessId, type ProcessId } from './process-id.js';

export interface LockOwner extends ProcessId {
  /** When the lock was taken, ISO 8601. */
  readonly since: string;
}

/** A larger file, or one that is not regular, counts as having no owner. */
const MAX_BYTES = 4_096;

function parse(json: string): LockOwner | null {
  try {
    const { pid, startTicks, bootId, since } = JSON.parse(json) as Record<string, unknown>;
    return typeof pid === 'number' &&
      typeof startTicks === 'number' &&
      typeof bootId === 'string' &&
      typeof since === 'string'
      ? { pid, startTicks, bootId, since }
      : null;
  } catch {
    return null;
  }
}

/** The recorded owner, alive or not; null when none is recorded. */
export const readLockOwner = async (dir: SessionDir): Promise<LockOwner | null> => readLockOwnerSync(dir);

/** The synchronous form, for code that runs while the process exits. */
export function readLockOwnerSync({ owner }: SessionDir): LockOwner | null {
  try {
    return parse(readBounded(owner, MAX_BYTES).toString());
  } catch {
    return null;
  }
}

/** Records this process as the owner. */
export async function writeLockOwner(dir: SessionDir): Promise<LockOwner> {
  const owner = { ...ownProcessId(), since: new Date().toISOString() };
  await writeDurably(dir.owner, `${JSON.stringify(owner)}\n`);
  return owner;
}

/** True for the same acquisition of the lock, not only the same process. */
export const sameLockOwner = (a: LockOwner | null, b: LockOwner): boolean =>
  a !== null &&
  a.pid === b.pid &&
  a.startTicks === b.startTicks &&
  a.bootId === b.bootId &&
  a.since === b.since;
