// Creates and removes the file of the control socket, with its directory and its mode, and replaces a stale socket.
//
// The socket is bound inside a new directory of mode 0700, gets its mode, and is only then linked to its path. So
//  - it is never more open than intended, and the umask of the process is not changed;
//  - link(2) never replaces: another process that takes the path at the same time is noticed, not overwritten;
//  - libuv, which at close removes the bound path, whoever owns it by then, finds nothing there to remove.
//  The cost: `ss -xl` shows the path that was bound, `…/.XXXXXX/s`.
import { constants } from 'node:fs';
import { chmod, link, lstat, mkdir, mkdtemp, open, rm, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { MAX_PATH_BYTES } from './path.js';

export interface SocketFileOptions {
  readonly path: string;
  /** True when a person chose the path: its directory must exist and is not changed. */
  readonly explicit: boolean;
  readonly mode: number;
  readonly directoryMode: number;
  readonly log: Log;
}

export interface SocketFile {
  /** Removes the file if it is still ours; another daemon's is left alone. */
  remove(): Promise<void>;
}

/** How often a stale file is removed before we give up. */
const TRIES = 5;
const STICKY = 0o1000;

/**
 * Makes `server` listen at a path. The caller closes the server, also when this fails.
 * @throws Fault lock_held: another daemon answers there. permission_denied: the directory or file belongs to another
 * user, is a symlink, or is not accessible. usage: something else is at the path, or an explicit directory is missing.
 */
export async function putSocket(server: Server, options: SocketFileOptions): Promise<SocketFile> {
  const { path, explicit, mode, directoryMode, log } = options;
  const directory = dirname(path);
  if (!explicit) await makeDirectory(directory, directoryMode, log);
  const nest = await mkdtemp(`${directory}/.`).catch((error) => {
    throw notUsable(directory, explicit, error);
  });
  try {
    const nested = join(nest, 's');
    await listenAt(server, directory, nested);
    await chmod(nested, mode);
    const { ino, dev } = await lstat(nested);
    await linkInto(nested, path);
    return {
      remove: async () => {
        const now = await lstat(path).catch(absent);
        if (now?.ino === ino && now.dev === dev) await unlink(path).catch(absent);
      },
    };
  } finally {
    await rm(nest, { recursive: true, force: true });
  }
}

/**
 * True for `…/wad/ACCOUNT` and `…/wad-UID/ACCOUNT`, which no other program uses. RUNTIME_DIRECTORY may name any other
 * directory, such as /run, whose mode must not be changed.
 */
const isOurs = (directory: string): boolean => /^wad(-\d+)?$/.test(basename(dirname(directory)));

/** Creates missing directories, and checks and narrows the mode of existing ones. */
async function makeDirectory(directory: string, mode: number, log: Log): Promise<void> {
  const parent = dirname(directory);
  // Users who may enter the directory need to pass through its parent.
  await make(parent, mode === 0o700 ? 0o700 : 0o755);
  await make(directory, mode);
  // In /tmp another user may have created them first. The parent may also belong to root, which makes /run/wad.
  const uid = process.getuid?.() ?? 0;
  const above = await checkOwner(parent, [uid, 0]);
  const stats = await checkOwner(directory, [uid]);
  if (!isOurs(directory)) return refuseWriters(directory, stats.mode);
  if (above.uid === uid && (above.mode & STICKY) === 0) await narrow(parent, above.mode, 0o755, log);
  await narrow(directory, stats.mode, mode, log);
}

/** Creates a directory with exactly this mode, whatever the umask. An existing one is not changed. */
async function make(directory: string, mode: number): Promise<void> {
  try {
    const made = await mkdir(directory, { recursive: true, mode: 0o700 });
    if (made !== undefined) await chmod(directory, mode);
  } catch (error) {
    // EEXIST: a file or a dangling symlink, which the check of the owner reports.
    const failed = error as NodeJS.ErrnoException;
    if (failed.code !== 'EEXIST') throw notUsable(directory, false, failed);
  }
}

/** Refuses a directory that others can write: they could replace our socket. @throws Fault permission_denied */
function refuseWriters(directory: string, mode: number): void {
  if (mode & STICKY || (mode & 0o022) === 0) return;
  throw new Fault('permission_denied', {
    reason: `${directory} can be written by others (mode ${octal(mode)}), and the daemon does not change its mode`,
    hint: `chmod go-w ${directory}`,
  });
}

async function narrow(directory: string, mode: number, most: number, log: Log): Promise<void> {
  if ((mode & 0o777 & ~most) === 0) return;
  await chmod(directory, mode & most);
  log.warn('socket.directory_narrowed', { directory, was: octal(mode), now: octal(mode & most) });
}

async function checkOwner(directory: string, owners: readonly number[]) {
  const stats = await lstat(directory);
  const wrong = !stats.isDirectory()
    ? 'is not a real directory (a symlink is refused too)'
    : owners.includes(stats.uid)
      ? null
      : `belongs to user ${stats.uid}`;
  if (wrong === null) return stats;
  throw new Fault('permission_denied', {
    reason: `${directory} ${wrong}; no socket is created there`,
    hint: `ls -ld ${directory}`,
  });
}

async function listenAt(server: Server, directory: string, nested: string): Promise<void> {
  // The temporary path may be longer than sun_path allows. Through the directory's descriptor it is always short.
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const short = `/proc/self/fd/${handle.fd}/${basename(dirname(nested))}/${basename(nested)}`;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(
        { path: Buffer.byteLength(nested) > MAX_PATH_BYTES ? short : nested, backlog: 1024 },
        () => {
          server.off('error', reject);
          resolve();
        },
      );
    });
  } finally {
    await handle.close();
  }
}

async function linkInto(nested: string, path: string): Promise<void> {
  for (let left = TRIES; left > 0; left -= 1) {
    const taken = await link(nested, path).then(
      () => false,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return true;
        throw notUsable(dirname(path), false, error);
      },
    );
    if (!taken) return;
    await removeStale(path);
  }
  throw new Fault('lock_held', { reason: `another process keeps creating a socket at ${path}` });
}

/** Removes a socket without a listener; anything else is a Fault. */
async function removeStale(path: string): Promise<void> {
  const before = await lstat(path).catch(absent);
  if (before === undefined) return;
  if (!before.isSocket()) {
    throw new Fault('usage', { reason: `${path} is not a socket; it is not removed`, hint: `ls -l ${path}` });
  }
  const answer = await knock(path);
  if (answer === 'ENOENT') return;
  if (answer === 'ECONNREFUSED') {
    const now = await lstat(path).catch(absent);
    if (now?.ino === before.ino && now.dev === before.dev) await unlink(path).catch(absent);
    return;
  }
  if (answer === 'EACCES' || answer === 'EPERM') {
    throw new Fault('permission_denied', {
      reason: `${path} is another user's socket`,
      hint: `ls -l ${path}`,
    });
  }
  // A full backlog (EAGAIN) has a listener, too.
  throw new Fault('lock_held', { reason: `another daemon listens on ${path}`, hint: `ss -xlp | grep wad` });
}

/** Connects and hangs up: null when a process listens, else the error's code. */
const knock = (path: string): Promise<string | null> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(null);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
  });

function notUsable(directory: string, explicit: boolean, error: NodeJS.ErrnoException): Fault {
  if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS') {
    const reason = `no socket can be created in ${directory} (${error.code})`;
    return new Fault('permission_denied', { reason, hint: `ls -ld ${directory}`, cause: error });
  }
  if (error.code === 'ENOSPC') return new Fault('disk_full', { cause: error });
  const why = explicit ? 'the directory of an explicit --socket is not created' : String(error.code);
  return new Fault('usage', { reason: `${directory} cannot be used: ${why}`, hint: null, cause: error });
}

/** For `catch`: ignores that a file is already gone. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

const octal = (mode: number): string => `0${(mode & 0o777).toString(8)}`;
