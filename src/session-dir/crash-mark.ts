// Removes the mark that Chromium's last run on a profile crashed. After a crash, Chromium waits for a person to dismiss a
// message. Until then it marks its own run as crashed, too, even after an orderly end (seen with Chromium 156: a browser
// killed after its mark was on disk, then one started and closed within seconds). So the mark is removed before the next
// start.
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBoundedAsync } from '../local/bounded-file.js';
import { diskFault } from './disk-fault.js';

/** The text that Chromium writes. Nothing else in its file is changed. */
const MARK = '"exit_type":"Crashed"';
const NONE = '"exit_type":"Normal"';
/** Chromium's file has about 10 KB. A larger one than this is not touched. */
const MAX_BYTES = 16 * 1_048_576;

/**
 * Call it only while no browser runs on the profile.
 * @returns true when there was a mark
 * @throws (rejects) Fault disk_full, permission_denied
 */
export async function removeCrashMark(profile: string): Promise<boolean> {
  const path = join(profile, 'Default', 'Preferences');
  const text = await readBoundedAsync(path, MAX_BYTES).then(String, () => '');
  if (!text.includes(MARK)) return false;
  const fresh = `${path}.wad`;
  try {
    const { mode } = await stat(path);
    // Replaced atomically, because Chromium treats half a file as a damaged profile. No sync: if this is lost, it is redone.
    await writeFile(fresh, text.replace(MARK, NONE), { mode: mode & 0o777 });
    await rename(fresh, path);
    return true;
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw diskFault(error, path);
  }
}
