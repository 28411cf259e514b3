// Moves a verified session to its place, or leaves everything as it was.
import { rename, rm } from 'node:fs/promises';
import { syncDirectory } from '../../session-dir/durable-file.js';
import type { SessionDir } from '../../session-dir/layout.js';

type Place = Pick<SessionDir, 'dataPath' | 'profile' | 'marker'>;

/**
 * @param to has no session: a profile there showed a QR code that nobody scanned
 * @param settle is called when the session is in place. When it rejects, as when the lease was lost meanwhile, the session is
 * taken away again: another machine may have the account
 * @throws (rejects) what `settle` rejects with; errors of the disk
 */
export async function takePlace(from: Place, to: Place, settle: () => Promise<void>): Promise<void> {
  await rm(to.profile, { recursive: true, force: true });
  await rename(from.profile, to.profile);
  try {
    await rename(from.marker, to.marker);
    await syncDirectory(to.dataPath);
    await settle();
  } catch (error) {
    // Where the files came from, the caller removes them.
    await rename(to.marker, from.marker).catch(() => undefined);
    await rename(to.profile, from.profile);
    await syncDirectory(to.dataPath).catch(() => undefined);
    throw error;
  }
}
