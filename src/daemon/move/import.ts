// Imports a session: copies it next to its destination, verifies it there, and moves it into place when it has become
// ready. A failure before that leaves everything as it was.
import { rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { findBrowser } from '../../config/browser.js';
import { Fault } from '../../protocol/fault.js';
import { syncDirectory } from '../../session-dir/durable-file.js';
import { layout, prepare } from '../../session-dir/layout.js';
import { takeLock } from '../../session-dir/lock.js';
import { hasSession, writeMarker } from '../../session-dir/marker.js';
import { makeMoving, pruneMoving } from '../../session-dir/moving.js';
import type { Settings } from '../settings.js';
import { type Origin, refuseNewer, writtenBy } from './source.js';
import { becomesReady } from './verification-run.js';

export interface TakenIn {
  /** The linked account, where it is known. */
  readonly wid: string | null;
  readonly profile: string;
}

const LOG = { info: () => {}, warn: () => {} };

/**
 * @param fill puts the profile into the directory that it is given, and answers until when all that came in on it was
 *   journalled; null where that is not known, which the next daemon tells as a gap
 * @throws Fault lock_held while a daemon has the account, already_linked when it has a session, and those of the trial
 */
export async function takeIn(
  settings: Settings,
  fill: (profile: string) => Promise<Origin>,
  signal: AbortSignal,
): Promise<TakenIn> {
  const { dir, config, account } = settings;
  await prepare(dir, LOG);
  await using _ = await takeLock(dir, { log: LOG, signal });
  if (await hasSession(dir)) {
    throw new Fault('already_linked', {
      reason: `the account ${account} has a session already: ${dir.profile}`,
      hint: 'wactl disconnect',
    });
  }
  await pruneMoving(dir);
  const work = await makeMoving(dir);
  try {
    const there = layout(work, dir.clientId);
    const origin = await fill(there.profile);
    signal.throwIfAborted();
    refuseNewer(await writtenBy(there.profile), await versionOf(config.browser, work));
    const movedAt = new Date().toISOString();
    const wid = await becomesReady(settings, there, signal);
    // What the verification run has heard went into no journal, so its own marker says too much.
    await writeMarker(there, { ...(origin ?? { linkedAt: movedAt, lastSeenAt: null }), wid });
    // What may be there has no session in it: a QR code was shown and not scanned.
    await rm(dir.profile, { recursive: true, force: true });
    await rename(there.profile, dir.profile);
    await rename(there.marker, dir.marker);
    await syncDirectory(dir.dataPath);
    return { wid, profile: dir.profile };
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** What our browser says of itself. @throws Fault launch_failed when there is none that starts */
async function versionOf(browser: Settings['config']['browser'], tmpRoot: string): Promise<string | null> {
  const found = findBrowser({ browser, env: process.env, home: homedir() });
  if (!found.found) throw new Fault('launch_failed', { reason: found.says, hint: found.remedy });
  const { tryBrowser } = await import('../../whatsapp/browser/preflight.js');
  const tried = await tryBrowser({ chrome: { ...browser, executablePath: found.path }, tmpRoot });
  if (!tried.ok) throw new Fault('launch_failed', { reason: tried.says, hint: tried.remedy });
  return tried.version;
}
