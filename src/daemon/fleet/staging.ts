// Puts a restored copy in the place of what is on the disk. The copy is unpacked next to it, completely; then a note in the
// disk's record begins the move, and whoever finds that note ends it. So a crash at any point leaves the old content, or the
// whole new one after the next start. The old content is kept until the account has become ready on the new one.
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFault } from '../../session-dir/disk-fault.js';
import { syncDirectory } from '../../session-dir/durable-file.js';
import { layout, type SessionDir } from '../../session-dir/layout.js';
import { STORE } from './copy-content.js';
import type { Moved } from './disk-record.js';

/** A disk's directories of one account. */
export interface Disk {
  readonly dir: SessionDir;
  readonly stateDir: string;
}

export interface Staging {
  /** On the disk of the profile. Its name is one that `pruneMoving` removes. */
  readonly session: SessionDir;
  /** On the disk of the state directory. */
  readonly state: string;
}

/** The files of a store belong together. */
const STORE_FILES = ['', '-wal', '-shm', '.damaged'].map((suffix) => STORE + suffix);
const RETRIES = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 } as const;

export const stagingOf = ({ dir, stateDir }: Disk): Staging => ({
  session: layout(join(dir.dataPath, `.moving-${dir.clientId}.restored`), dir.clientId),
  state: join(stateDir, '.moving-state.restored'),
});

/** Where the old content waits. */
const keptIn = ({ dir, stateDir }: Disk) => ({
  session: join(dir.dataPath, `.moving-${dir.clientId}-before`),
  state: join(stateDir, '.moving-state-before'),
});

/** Removes what an earlier attempt has unpacked. Not while a move is under way. @throws (rejects) Fault permission_denied */
export async function removeStaging(disk: Disk): Promise<void> {
  const { session, state } = stagingOf(disk);
  for (const path of [session.dataPath, state])
    await rm(path, RETRIES).catch((error: unknown) => {
      throw diskFault(error, path);
    });
}

/** Removes the old content, once it is no longer needed. */
export async function removeKept(disk: Disk): Promise<void> {
  const { session, state } = keptIn(disk);
  for (const path of [session, state]) await rm(path, RETRIES);
}

/** Moves the unpacked copy into place, or the rest of it. May be repeated. @throws (rejects) Fault disk_full, permission_denied */
export async function moveIn(disk: Disk, moved: Moved): Promise<void> {
  const { dir, stateDir } = disk;
  const { session, state } = stagingOf(disk);
  const kept = keptIn(disk);
  try {
    for (const path of [kept.session, kept.state]) await mkdir(path, { recursive: true, mode: 0o700 });
    // The marker last: without it there is no session, and the copy is restored anew.
    await swap(session.profile, dir.profile, join(kept.session, 'profile'));
    await swap(session.marker, dir.marker, join(kept.session, 'marker'));
    await syncDirectory(dir.dataPath);
    await syncDirectory(kept.session);
    if (moved === 'all') await moveState(state, stateDir, kept.state);
  } catch (error) {
    throw diskFault(error, stateDir);
  }
  await removeStaging(disk);
}

async function moveState(from: string, to: string, kept: string): Promise<void> {
  // First the whole old store: a log that stayed would be played into the new one.
  if (await exists(join(from, STORE)))
    for (const name of STORE_FILES.toReversed()) await renameIfThere(join(to, name), join(kept, name));
  for (const name of await names(from)) {
    if (name !== 'media') await swap(join(from, name), join(to, name), join(kept, name));
    else
      for (const file of await names(join(from, name))) {
        await mkdir(join(to, name), { recursive: true, mode: 0o700 });
        await rename(join(from, name, file), join(to, name, file));
      }
  }
  for (const path of [kept, to]) await syncDirectory(path);
  if (await exists(join(to, 'media'))) await syncDirectory(join(to, 'media'));
}

/** Does nothing when the new one has been moved already. */
async function swap(fresh: string, path: string, kept: string): Promise<void> {
  if (!(await exists(fresh))) return;
  if (await exists(path)) {
    await rm(kept, RETRIES);
    await rename(path, kept);
  }
  await rename(fresh, path);
}

/** SQLite removes the log of a store when the last program that has it open closes it, so it may go at any time. */
const renameIfThere = (from: string, to: string): Promise<void> =>
  rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });

const names = (path: string): Promise<string[]> =>
  readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
