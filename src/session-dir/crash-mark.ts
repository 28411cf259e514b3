// Removes Chromium's note that its last run on a profile crashed. A browser that starts after a crash waits for a
// person to confirm having seen that. Until then it notes a crash at the end of its own run as well, however orderly it
// was (seen with Chromium 156: a browser killed after its note was on disk, then one started and closed within
// seconds). So the note is removed before the next start.
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBoundedAsync } from '../local/bounded-file.js';
import { diskFault } from './disk-fault.js';

/** As Chromium writes it; nothing else of its file is touched. */
const MARK = '"exit_type":"Crashed"';
const NONE = '"exit_type":"Normal"';
/** Chromium's is some 10 KB. A larger one is left to Chromium. */
const MAX_BYTES = 16 * 1_048_576;

/**
 * Only while no browser runs on the profile.
 * @returns whether there was one
 * @throws (rejects) Fault disk_full, permission_denied
 */
export async function removeCrashMark(profile: string): Promise<boolean> {
  const path = join(profile, 'Default', 'Preferences');
  const text = await readBoundedAsync(path, MAX_BYTES).then(String, () => '');
  if (!text.includes(MARK)) return false;
  const fresh = `${path}.wad`;
  try {
    const { mode } = await stat(path);
    // Whole or not at all: Chromium takes half a file for a damaged profile. Not worth a sync: lost, it is made anew.
    await writeFile(fresh, text.replace(MARK, NONE), { mode: mode & 0o777 });
    await rename(fresh, path);
    return true;
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw diskFault(error, path);
  }
}
