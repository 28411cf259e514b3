// Checks by names whether a directory is shared with other users or programs: narrowing its mode would lock them out.
import { lstat, readdir, realpath } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** System directories; none of them is meant for the daemon alone. */
const WELL_KNOWN = `
  / /bin /boot /dev /etc /etc/wad /home /lib /lib64 /media /mnt /opt /proc /root /run /run/user /run/wad /sbin /srv /sys
  /tmp /usr /usr/local /usr/share /var /var/cache /var/lib /var/log /var/spool /var/tmp /var/www`
  .trim()
  .split(/\s+/);
/** A home directory itself, and shared directories below it. */
const OF_A_HOME = ['', '/.cache', '/.config', '/.local', '/.local/share', '/.local/state'];

/**
 * Names that the daemon and whatsapp-web.js create in a state directory or a data path, that a file system has at its
 * root, and that git and desktops create anywhere.
 */
const OURS =
  /^(auth|media|session.*|RemoteAuth.*|_IGNORE_.*|wad.*|webhook-.*\.secret|http-token|.*\.(token|sock)|action-required\.png|\.moving-.*|.*\.corrupt-.*|\.wwebjs_(auth|cache)|\.git(ignore|keep)|\.keep|\.DS_Store|lost\+found)$/;

/** `system`: shared by all users; `home`: shared by all programs of one user; null: neither. */
export async function wellKnown(path: string): Promise<'system' | 'home' | null> {
  const real = await realpath(path);
  if (OF_A_HOME.some((below) => homedir() + below === real)) return 'home';
  return [...WELL_KNOWN, tmpdir()].includes(real) ? 'system' : null;
}

/** The names in a directory that neither wad nor whatsapp-web.js creates; null when it cannot be read. */
export async function foreignNames(path: string): Promise<readonly string[] | null> {
  const names = await readdir(path).catch(() => null);
  return names?.filter((name) => !OURS.test(name)).sort() ?? null;
}

/** True when a daemon or bot of this user keeps its store or sessions in the directory. */
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

/** The name that LocalAuth gives to a profile. */
const SESSION = /^session(-[-\w]+)?$/;
