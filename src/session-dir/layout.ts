// The layout of a session directory: the paths of the profile, which LocalAuth defines, and of our files next to it. It
// also checks their owner and narrows their modes.
import { chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { quoted } from '../protocol/address.js';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { diskFault } from './disk-fault.js';
import { foreignNames, holdsOurs, wellKnown } from './shared-directory.js';

/** The part of a logger that this room uses. */
export type SessionLog = Pick<Log, 'info' | 'warn'>;

/** All paths are absolute. Our files are outside the profile, so they stay when it is deleted. */
export interface SessionDir {
  readonly dataPath: string;
  readonly clientId: string;
  /** `session-<clientId>`: the browser's user data directory. It is the credential of the account. */
  readonly profile: string;
  /** A directory that proper-lockfile creates and refreshes. */
  readonly lock: string;
  /** The file with the owner of the lock. */
  readonly owner: string;
  /** The file that marks the profile as linked. */
  readonly marker: string;
}

/** Why a profile was quarantined; part of its new name. */
export type Why = 'corrupt' | 'authfailed' | 'removed';

const CLIENT_ID = /^[-_A-Za-z0-9]+$/;

/**
 * The layout of one session.
 * @throws Fault invalid_params for a clientId that LocalAuth would refuse or that would leave dataPath
 */
export function layout(dataPath: string, clientId: string): SessionDir {
  if (!CLIENT_ID.test(clientId))
    throw new Fault('invalid_params', {
      reason: `"${clientId}" is not a client id: letters, digits, "_" and "-"`,
      hint: null,
    });
  const root = resolve(dataPath);
  const profile = join(root, `session-${clientId}`);
  return {
    dataPath: root,
    clientId,
    profile,
    lock: `${profile}.lock`,
    owner: `${profile}.holder.json`,
    marker: `${profile}.linked.json`,
  };
}

/** `session-<clientId>.<why>-20260101T000000000Z`. These names sort by age, and no clientId can look like one. */
export const quarantinePath = (dir: SessionDir, why: Why, at: Date): string =>
  `${dir.profile}.${why}-${at.toISOString().replace(/[-:.]/g, '')}`;

/** The profiles that were quarantined for one reason, oldest first, with the time of the quarantine. */
export async function quarantinedProfiles(
  dir: SessionDir,
  why: Why,
): Promise<readonly { path: string; atMs: number }[]> {
  const names = await readdir(dir.dataPath).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw diskFault(error, dir.dataPath);
  });
  const pattern = new RegExp(
    `^session-${dir.clientId}\\.${why}-(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(\\d\\d)(\\d{3})Z(-\\d+)?$`,
  );
  return names.sort().flatMap((name) => {
    const found = pattern.exec(name);
    if (found === null) return [];
    const [y, mo, d, h, mi, s, ms] = found.slice(1, 8).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return [{ path: join(dir.dataPath, name), atMs: Date.UTC(y, mo - 1, d, h, mi, s, ms) }];
  });
}

/** The rights of group and others. The owner's stay: Chromium keeps a few executables in the profile. */
const WIDE = 0o077;
/** The sticky bit marks shared directories: users who may write there cannot remove files of others. */
const STICKY = 0o1000;

/**
 * Creates a directory if it is missing, checks its owner, and removes the rights of group and others if the directory
 * contains only our files, or our store or a session. The mode of a closed directory is not changed.
 * @returns true when its mode had to be narrowed
 * @throws Fault permission_denied (exit 77) for another owner and for a directory that is shared, disk_full
 */
export async function ownDirectory(path: string): Promise<boolean> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const narrower = await narrowerMode(path);
    if (narrower === null) return false;
    await chmod(path, narrower);
    return true;
  } catch (error) {
    throw diskFault(error, path);
  }
}

/**
 * The mode that `ownDirectory` would set on an existing directory; null when it is closed already. Changes nothing.
 * @throws Fault permission_denied; the kernel's error
 */
export async function narrowerMode(path: string): Promise<number | null> {
  const known = await wellKnown(path);
  if (known === 'system') throw shared(path, 'others use it as well');
  // stat, not lstat: a link stands for its target.
  const { uid, mode } = await stat(path);
  const foreign = await foreignNames(path);
  // With other files in it, the hint must not be to chown them.
  if (foreign !== null && foreign.length === 0) owned(path, uid);
  else if (uid !== ownUid()) throw shared(path, `it belongs to user ${uid}`);
  if (mode & STICKY) throw shared(path, 'everybody may write to it');
  const isOpen = (mode & WIDE) !== 0;
  const isUsed = await holdsOurs(path, uid);
  // Allowed: the closed home of a user who was created for the bot, if it is already the state directory.
  if (known === 'home' && (isOpen || !isUsed))
    throw shared(path, 'it is a home directory', isOpen && isUsed ? `chmod 700 ${quoted(path)}` : undefined);
  if (!isOpen) return null;
  if (!isUsed && (foreign === null || foreign.length > 0)) {
    const why = `it is open to others and holds ${(foreign ?? ['files that this user may not list']).slice(0, 3).join(', ')}`;
    throw shared(path, why, `chmod 700 ${quoted(path)}`);
  }
  return mode & 0o700;
}

const ownUid = (): number => process.geteuid?.() ?? 0;

/** @param close the command that would make it acceptable, if there is one */
function shared(path: string, why: string, close?: string): Fault {
  const below = join(path, 'wad-state');
  const or = close === undefined ? '' : `; if nobody else uses it, close it to others: ${close}`;
  return new Fault('permission_denied', {
    reason: `${path} is not used by the daemon alone (${why}); name a directory of its own, such as ${below}${or}`,
    hint: `install -d -m 700 ${quoted(below)}`,
    more: { path },
  });
}

function owned(path: string, uid: number): void {
  const ours = ownUid();
  if (uid !== ours)
    throw new Fault('permission_denied', {
      reason: `${path} belongs to user ${uid}, and this is user ${ours}`,
      hint: `sudo chown -R ${ours}: ${path}`,
      more: { path, owner: uid, user: ours },
    });
}

/**
 * Creates the data path, and removes the rights of other users from it, the profile and our files. Logs what it changed.
 * @throws Fault permission_denied (exit 77) when a file belongs to another user or the profile is a link; disk_full
 */
export async function prepare(dir: SessionDir, log: SessionLog): Promise<void> {
  const narrowed: string[] = [];
  if (await ownDirectory(dir.dataPath)) narrowed.push(dir.dataPath);
  await narrow(dir.profile, narrowed);
  for (const file of [dir.owner, dir.marker]) await narrow(file, narrowed);
  if (narrowed.length > 0)
    log.warn('session-dir.narrowed', { count: narrowed.length, first: narrowed.slice(0, 3) });
}

/** Narrows everything below a path, except links. A file that disappears meanwhile is ignored. */
async function narrow(path: string, narrowed: string[], inside = false): Promise<void> {
  try {
    const entry = await lstat(path);
    if (entry.isSymbolicLink()) {
      if (inside) return;
      throw new Fault('permission_denied', {
        reason: `${path} is a symbolic link; name the directory itself as dataPath`,
        hint: `readlink -f ${path}`,
      });
    }
    owned(path, entry.uid);
    if (entry.mode & WIDE && (entry.isFile() || entry.isDirectory())) {
      await chmod(path, entry.mode & 0o700);
      narrowed.push(path);
    }
    if (entry.isDirectory())
      for (const name of await readdir(path)) await narrow(join(path, name), narrowed, true);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskFault(error, path);
  }
}
