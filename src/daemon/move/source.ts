// The session folder of another program: its profile, whether it is in use, and
// whether our browser can open it.
import { readdir, readlink, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { Fault } from '../../protocol/fault.js';
import { isNewerProfile } from '../../session-dir/browser-version.js';
import { layout, type SessionDir } from '../../session-dir/layout.js';
import { findBrowsers } from '../../session-dir/leftovers.js';
import { lockState } from '../../session-dir/lock.js';
import { type Marker, readMarker } from '../../session-dir/marker.js';

/** LocalAuth, wwebjs-api and OpenWA: `session`, `session-ID`; open-wa's wa-automate: `_IGNORE_ID`. */
const FOLDER = /^(session|_IGNORE_)/;

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason, hint: 'wactl adopt --help' });
};

const isProfile = async (path: string): Promise<boolean> => {
  const databases = await readdir(join(path, 'Default', 'IndexedDB')).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
      throw error;
    },
  );
  return databases.some((name) => name.startsWith('https_web.whatsapp.com'));
};

/**
 * The profile that a folder is or contains.
 * @throws (rejects) Fault usage when it has none, or several; the kernel's error when it cannot be read
 */
export async function profileIn(directory: string): Promise<string> {
  const path = resolve(directory);
  if (!(await stat(path).catch(() => null))?.isDirectory()) refuse(`${path} is not a readable directory`);
  // An unreadable folder would look like one without a session.
  const names = await readdir(path);
  if (await isProfile(path)) return path;
  const found: string[] = [];
  for (const name of names.sort())
    if (FOLDER.test(name) && (await isProfile(join(path, name)))) found.push(join(path, name));
  const [one, ...more] = found;
  if (one === undefined)
    return refuse(
      `${path} is not a session of WhatsApp Web, and contains none: Default/IndexedDB is missing`,
    );
  return more.length === 0 ? one : refuse(`there are several sessions, name one: ${found.join(', ')}`);
}

/**
 * A program that still uses it would go on writing, and take the session from us.
 * @throws Fault lock_held
 */
export async function refuseInUse(profile: string): Promise<void> {
  const held = (who: string, pid: number): never => {
    const reason = `${profile} is in use by ${who} ${pid}: stop that program first`;
    throw new Fault('lock_held', { reason, hint: `ps -fp ${pid}`, more: { pid } });
  };
  const [browser] = await findBrowsers(profile);
  if (browser) held('the browser with process id', browser.pid);
  // Of another user's browser only this link is visible: HOST-PID.
  const link = await readlink(join(profile, 'SingletonLock')).catch(() => '');
  const [, host, pid] = /^(.*)-(\d+)$/.exec(link) ?? [];
  if (host === hostname() && (await stat(`/proc/${pid}`).catch(() => null)))
    held('the browser with process id', Number(pid));
  const dir = layoutOf(profile);
  const holder = dir === null ? null : await lockState(dir);
  if (holder !== null && typeof holder === 'object') held('wad, process', holder.pid);
}

/** The layout of a profile with this name, whichever program made it; null for other names. */
function layoutOf(profile: string): SessionDir | null {
  const [, dataPath, clientId] = /^(.*)\/session-([-_A-Za-z0-9]+)$/.exec(profile) ?? [];
  return dataPath === undefined || clientId === undefined ? null : layout(dataPath, clientId);
}

/** Since when a session is linked, and its receive watermark; null if unknown. */
export type Origin = Pick<Marker, 'linkedAt' | 'lastSeenAt'> | null;

/** What a wad has stored next to the profile; null for the profile of another program. */
export async function originOf(profile: string): Promise<Origin> {
  const dir = layoutOf(profile);
  const marker = dir === null ? null : await readMarker(dir);
  return marker?.lastSeenAt ? { linkedAt: marker.linkedAt, lastSeenAt: marker.lastSeenAt } : null;
}

/**
 * A profile cannot go back to an older Chromium, which may refuse it, or damage it.
 * @param ours the version that our browser reports, such as Chrome/156.0.8078.79
 * @throws Fault launch_failed
 */
export function refuseNewer(written: string | null, ours: string | null): void {
  if (!isNewerProfile(written, ours)) return;
  throw new Fault('launch_failed', {
    reason: `the session was last used by Chromium ${written}, and the browser here is ${ours}: an older one may damage it`,
    hint: 'sudo apt-get install chromium',
    more: { written, ours },
  });
}
