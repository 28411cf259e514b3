// Reads and writes the marker of a saved session, a file next to the profile. It is written when an account has synced for
// the first time, and removed with the profile. For a profile that another program made, its IndexedDB counts instead.
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBounded, UnfitFile } from '../local/bounded-file.js';
import { diskFault } from './disk-fault.js';
import { removeUnfinished, syncDirectory, writeDurably } from './durable-file.js';
import type { SessionDir } from './layout.js';

export interface Marker {
  /** When the link first worked, ISO 8601. */
  readonly linkedAt: string;
  /** The linked account, if known: outbox and journal belong to it. */
  readonly wid: string | null;
  /** The receive watermark, ISO 8601: everything before it is journalled. Null if another program used the session since. */
  readonly lastSeenAt: string | null;
}

const MAX_BYTES = 4_096;

/** The marker, or null. An unreadable marker still means that there was a link; then the times of the file are used. */
export async function readMarker({ marker }: SessionDir): Promise<Marker | null> {
  let text = '';
  let at: string;
  try {
    try {
      text = readBounded(marker, MAX_BYTES).toString();
    } catch (error) {
      if (!(error instanceof UnfitFile)) throw error;
    }
    at = (await stat(marker)).mtime.toISOString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw diskFault(error, marker);
  }
  const string = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
  let found: Record<string, unknown> = {};
  try {
    found = (JSON.parse(text) as Record<string, unknown> | null) ?? {};
  } catch {
    // A damaged file. The current version always writes it whole.
  }
  return {
    linkedAt: string(found.linkedAt, at),
    wid: typeof found.wid === 'string' ? found.wid : null,
    lastSeenAt: found.lastSeenAt === null ? null : string(found.lastSeenAt, at),
  };
}

/** Writes the marker; it is on disk when this returns. @throws Fault disk_full, permission_denied */
export const writeMarker = (dir: SessionDir, marker: Marker): Promise<void> =>
  writeDurably(dir.marker, `${JSON.stringify(marker)}\n`);

/** Does nothing when there is no marker. */
export async function removeMarker({ marker }: SessionDir): Promise<void> {
  try {
    await removeUnfinished(marker);
    await rm(marker);
    await syncDirectory(dirname(marker));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskFault(error, marker);
  }
}

/** True when a start may connect without a QR code. A marker without a profile does not count. */
export async function hasSession(dir: SessionDir): Promise<boolean> {
  if (!(await stat(dir.profile).catch(() => null))?.isDirectory()) return false;
  if ((await readMarker(dir)) !== null) return true;
  const databases = await readdir(join(dir.profile, 'Default', 'IndexedDB')).catch(() => []);
  return databases.some((name) => name.startsWith('https_web.whatsapp.com'));
}
