// Tells whether a directory is shared with other users: narrowing its mode would lock them out. Checks names only.
import { lstat, readdir, realpath } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** System directories; none of them is meant for the daemon alone. */
const WELL_KNOWN = [
  ...[
    '/',
    '/bin',
    '/boot',
    '/dev',
    '/etc',
    '/home',
    '/lib',
    '/lib64',
    '/media',
    '/mnt',
    '/opt',
    '/proc',
    '/root',
  ],
  ...['/run', '/sbin', '/srv', '/sys', '/tmp', '/usr', '/usr/local', '/usr/share', '/var', '/var/cache'],
  ...['/var/lib', '/var/log', '/var/spool', '/var/tmp', '/var/www', '/run/wad', '/run/user', '/etc/wad'],
];
/** Below a home. */
const OF_A_HOME = ['', '/.cache', '/.config', '/.local', '/.local/share', '/.local/state'];

/**
 * What the daemon and whatsapp-web.js put into a state directory or a data path, what a file system has at its root, and
 * what git and a desktop put anywhere.
 */
const OURS =
  /^(auth|media|session.*|RemoteAuth.*|_IGNORE_.*|wad.*|webhook-.*\.secret|http-token|.*\.(token|sock)|action-required\.png|\.moving-.*|.*\.corrupt-.*|\.wwebjs_(auth|cache)|\.git(ignore|keep)|\.keep|\.DS_Store|lost\+found)$/;

/** Of the system, for everybody; a home, for all programs of one user; or neither. */
export async function wellKnown(path: string): Promise<'system' | 'home' | null> {
  const real = await realpath(path);
  if (OF_A_HOME.some((below) => homedir() + below === real)) return 'home';
  return [...WELL_KNOWN, tmpdir()].includes(real) ? 'system' : null;
}

/** Names in it that are none of ours, some of them; null when it cannot be read. */
export async function foreignNames(path: string): Promise<readonly string[] | null> {
  const names = await readdir(path).catch(() => null);
  return names?.filter((name) => !OURS.test(name)).sort() ?? null;
}

/** Whether a daemon or a bot of this user has kept its store or its sessions there: then it is theirs already. */
export async function holdsOurs(path: string, uid: number): Promise<boolean> {
  const names = await readdir(path).catch(() => []);
  for (const name of names) {
    const entry = await lstat(join(path, name)).catch(() => null);
    if (entry?.uid !== uid) continue;
    if (name === 'wad.sqlite' && entry.isFile()) return true;
    if (!entry.isDirectory()) continue;
    if (SESSION.test(name)) return true;
    if (name === 'auth' && (await readdir(join(path, name)).catch(() => [])).some((one) => SESSION.test(one)))
      return true;
  }
  return false;
}

/** A profile as LocalAuth names it. */
const SESSION = /^session(-[-\w]+)?$/;
