// Records who owns the lock of a session directory. The owner writes this file next to the lock; a process that is
// refused reads it. A file that a crash left behind is normal: it counts only while the process that it names lives.
import { readBounded } from '../local/bounded-file.js';
import { writeDurably } from './durable-file.js';
import type { SessionDir } from './layout.js';
import { ownProcessId, type ProcessId } from './process-id.js';

export interface LockOwner extends ProcessId {
  /** When the lock was taken, ISO 8601. */
  readonly since: string;
}

/** A larger file, or one that is not regular, names no owner. */
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

/** The owner that is named next to the lock, alive or not; null when none is named. */
export const readLockOwner = async (dir: SessionDir): Promise<LockOwner | null> => readLockOwnerSync(dir);

/** The same for code that runs while the process exits. */
export function readLockOwnerSync({ holder }: SessionDir): LockOwner | null {
  try {
    return parse(readBounded(holder, MAX_BYTES).toString());
  } catch {
    return null;
  }
}

/** Names this process. */
export async function writeLockOwner(dir: SessionDir): Promise<LockOwner> {
  const holder = { ...ownProcessId(), since: new Date().toISOString() };
  await writeDurably(dir.holder, `${JSON.stringify(holder)}\n`);
  return holder;
}

/** The same taking of the lock, not just the same process. */
export const sameLockOwner = (a: LockOwner | null, b: LockOwner): boolean =>
  a !== null &&
  a.pid === b.pid &&
  a.startTicks === b.startTicks &&
  a.bootId === b.bootId &&
  a.since === b.since;
