// Checks, before a client connects, that a socket belongs to the daemon: every directory of its path and the socket itself
// must belong to this user, to root or to the service's user, and no other user may be able to replace them. /tmp is
// writable by everyone, so any user may have made /tmp/wad-UID. OpenSSH checks authorized_keys in the same way.
//
// Node cannot read the identity of the peer (SO_PEERCRED), so the path is checked before the connection: no byte may go to
// another user. No one can replace the socket between the check and the connection, because only users that have passed
// the check can write to the directories of the path.
import { lstatSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { quoted } from '../protocol/address.js';
import { Fault } from '../protocol/fault.js';
import type { ClientPath } from './path.js';

export interface Trust {
  readonly uid: number;
  /** One more user whose socket is accepted. */
  readonly owner?: number | undefined;
}

const ROOT = 0;
const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;
/** Where systemd creates the directory of each account. */
const SYSTEM_DIRECTORY = '/run/wad';
/** Where it creates the one of the gateway. */
const GATEWAY_DIRECTORY = '/run/wad-gateway';
const SERVICE_USER = 'wad';

type Checked = Pick<ClientPath, 'path' | 'explicit' | 'owner'>;

/**
 * Checks the path from the root down.
 * @throws Fault unsafe_socket. NodeJS.ErrnoException: the error of lstat(2) for a missing or inaccessible path
 */
export function checkSafePath(target: Checked, trust: Trust): void {
  const path = resolve(target.path);
  const directory = dirname(path);
  const { explicit } = target;
  let viaLink = false;
  for (const step of stepsTo(directory)) {
    const stats = lstatSync(step);
    const isLink = stats.isSymbolicLink();
    viaLink ||= isLink;
    // The daemon itself creates these two. Links are allowed above them, and anywhere in an explicit path.
    const isMade = !explicit && (step === directory || step === dirname(directory));
    if (isLink && isMade) throw isALink(step);
    checkOwner(step, stats, target, trust);
    if (!isLink) checkWriters(step, stats, explicit);
  }
  const socket = lstatSync(path);
  if (socket.isSymbolicLink()) throw isALink(path);
  checkOwner(path, socket, target, trust);
  if (viaLink) checkSafePath({ ...target, path: join(realpathSync(directory), basename(path)) }, trust);
}

/** `/run/wad/shop` → `/`, `/run`, `/run/wad`, `/run/wad/shop`. */
function stepsTo(directory: string): string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [...stepsTo(above), directory];
}

/**
 * Refuses a directory that other users can write. In a sticky directory only the owner can replace a file. In an explicit
 * path, groups are trusted, because a person chose it; the directories that the daemon creates must be closed to groups.
 */
function checkWriters(directory: string, { mode }: Stats, explicit: boolean): void {
  if (mode & STICKY) return;
  const writers = mode & OTHERS_WRITE ? 'everybody' : mode & GROUP_WRITE && !explicit ? 'a group' : null;
  if (writers !== null)
    throw unsafe(directory, `can be written by ${writers}`, `chmod go-w ${quoted(directory)}`);
}

function checkOwner(
  step: string,
  { uid }: Stats,
  { path, explicit, owner: named }: Checked,
  { uid: own, owner }: Trust,
): void {
  if (uid === rootHere() || uid === own || uid === owner || uid === serviceUser(step)) return;
  if (named !== undefined && uid === (/^\d+$/.test(named) ? Number(named) : uidOf(named))) return;
  const who = nameOf(uid) ?? `#${uid}`;
  const why = `belongs to another user (${who}), who could read and forge everything`;
  // Root is pointed to sudo: it can run wactl as that user.
  if (own === ROOT && explicit)
    throw unsafe(step, why, `sudo -u ${quoted(who)} wactl --socket ${quoted(resolve(path))} status`);
  throw unsafe(step, explicit ? why : `${why}; have root remove it`, `ls -ld ${quoted(step)}`);
}

/**
 * The user id of root as seen here. A user namespace that does not map root, such as that of an unprivileged container,
 * shows root's files as the overflow user's. No process can create files as that user: user_namespaces(7).
 */
export function rootHere(read: (file: string) => string = (file) => readFileSync(file, 'utf8')): number {
  try {
    const ranges = read('/proc/self/uid_map').trim().split('\n').filter(Boolean);
    if (ranges.some((range) => Number(range.trim().split(/\s+/)[0]) === ROOT)) return ROOT;
    return Number(read('/proc/sys/kernel/overflowuid'));
  } catch {
    return ROOT;
  }
}

/**
 * The user of the service. Below /run/wad and of /run/wad-gateway, which only root creates, it is the owner of the
 * directory, because a unit may run as any user. Elsewhere it is the user named `wad`.
 */
function serviceUser(step: string): number | null {
  if (step === GATEWAY_DIRECTORY || step.startsWith(`${GATEWAY_DIRECTORY}/`)) {
    // Only root creates directories in /run.
    const given = lstatSync(GATEWAY_DIRECTORY);
    const { uid, mode } = lstatSync(dirname(GATEWAY_DIRECTORY));
    if (uid === ROOT && (mode & (GROUP_WRITE | OTHERS_WRITE)) === 0 && given.isDirectory()) return given.uid;
  }
  const [account] = step.startsWith(`${SYSTEM_DIRECTORY}/`)
    ? step.slice(SYSTEM_DIRECTORY.length + 1).split('/', 1)
    : [];
  if (account) {
    const { uid, mode } = lstatSync(SYSTEM_DIRECTORY);
    const given = lstatSync(join(SYSTEM_DIRECTORY, account));
    if (uid === ROOT && (mode & (GROUP_WRITE | OTHERS_WRITE)) === 0 && given.isDirectory()) return given.uid;
  }
  return uidOf(SERVICE_USER);
}

const isALink = (path: string): Fault => unsafe(path, 'is a symbolic link', `readlink -f ${quoted(path)}`);

function unsafe(path: string, why: string, hint: string): Fault {
  return new Fault('unsafe_socket', {
    reason: `${path} ${why}; nothing was sent`,
    hint,
    more: { path },
  });
}

/** The lines of passwd(5). Users of a directory service are not in it, but no user of a service is one of those. */
function passwd(): string[][] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}

function uidOf(name: string): number | null {
  const uid = passwd().find(([found]) => found === name)?.[2];
  return uid === undefined ? null : Number(uid);
}

const nameOf = (uid: number): string | undefined => passwd().find((line) => line[2] === String(uid))?.[0];
