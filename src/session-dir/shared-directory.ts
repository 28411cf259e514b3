// Whether a directory is for others as well: to take their rights away would lock them out. Reads names only.
import { readdir, realpath } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';

/** Of the system; nobody means one of these as a place for the daemon alone. */
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

/** What the daemon and LocalAuth put into a state directory or a data path, and what a file system has at its root. */
const OURS =
  /^(auth|media|session.*|_IGNORE_.*|wad.*|webhook-.*\.secret|http-token|.*\.(token|sock)|action-required\.png|\.moving-.*|\.gitignore|lost\+found)$/;

/** True for a directory that is there for everybody, or for all programs of a user. */
export async function isWellKnown(path: string): Promise<boolean> {
  const homes = OF_A_HOME.map((below) => homedir() + below);
  return [...WELL_KNOWN, ...homes, tmpdir()].includes(await realpath(path));
}

/** Names in it that are none of ours, some of them; null when it cannot be read. */
export async function foreignNames(path: string): Promise<readonly string[] | null> {
  const names = await readdir(path).catch(() => null);
  return names?.filter((name) => !OURS.test(name)).sort() ?? null;
}
