// Checks that a socket belongs to the daemon. Before a client connects, every directory on the way to it and the socket
// itself must belong to this user, to root or to the service's user, and nobody else may be able to replace them. /tmp
// is writable by everyone, so anyone may have made /tmp/wad-UID. OpenSSH checks authorized_keys in the same way.
//
// Node cannot ask who the peer is (SO_PEERCRED), so the path is checked before the connection: no byte may go to a
// stranger. Between the check and the connection nobody can put another socket there, since no directory on the way is
// writable by anybody who has not passed the check.
import { lstatSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { quoted } from '../protocol/address.js';
import { Fault } from '../protocol/fault.js';
import type { ClientPath } from './path.js';

export interface Trust {
  readonly uid: number;
  /** One more user whose socket is taken. */
  readonly owner?: number | undefined;
}

const ROOT = 0;
const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;
/** Where systemd makes the directory of each account. */
const SYSTEM_DIRECTORY = '/run/wad';
const SERVICE_USER = 'wad';

type Checked = Pick<ClientPath, 'path' | 'explicit' | 'owner'>;

/**
 * Checks the path from the top down.
 * @throws Fault unsafe_socket. NodeJS.ErrnoException: what lstat(2) says of a path that is not there, or is closed to us
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
    // These two the daemon makes itself. Above them, and on the way to a path of a person's choice, a link may lead on.
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
 * What lies in a sticky directory can be replaced by its owner only. On the way to a path of a person's choice, who is in
 * a group is that person's choice as well; directories that the daemon makes are closed to groups, too.
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
  // Root reaches the daemon of a user as that user.
  if (own === ROOT && explicit)
    throw unsafe(step, why, `sudo -u ${quoted(who)} wactl --socket ${quoted(resolve(path))} status`);
  throw unsafe(step, explicit ? why : `${why}; have root remove it`, `ls -ld ${quoted(step)}`);
}

/**
 * The user id of root here. A user namespace that maps no root, such as that of a container without privileges, shows
 * what is root's as the overflow user's, as whom nobody can make anything: user_namespaces(7).
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
 * Below /run/wad, where root alone makes directories, the user to whom root gave this one: a unit may run as any.
 * Elsewhere the user of that name.
 */
function serviceUser(step: string): number | null {
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

/** Lines of passwd(5). The names that a directory service adds are not in it, and no service's user is one of them. */
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
