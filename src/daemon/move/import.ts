// Imports a session: copies it next to its destination, verifies it there, and moves it into place after it
// has become ready. A failure before that leaves everything as it was.
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { chromeOptions, findBrowser } from '../../config/browser.js';
import { Fault } from '../../protocol/fault.js';
import { layout, ownDirectory, prepare } from '../../session-dir/layout.js';
import { takeLock } from '../../session-dir/lock.js';
import { hasSession, writeMarker } from '../../session-dir/marker.js';
import { makeMoving, pruneMoving } from '../../session-dir/moving.js';
import { writtenBy } from '../../session-dir/profile-files.js';
import type { Settings } from '../settings.js';
import type { ImportLease } from './fleet-lease.js';
import { type Origin, refuseNewer } from './source.js';
import { takePlace } from './take-place.js';
import { becomesReady } from './verification-run.js';

export interface ImportedSession {
  /** The linked account, if known. */
  readonly wid: string | null;
  readonly profile: string;
}

const LOG = { info: () => {}, warn: () => {} };

/**
 * @param fill copies the profile to the given directory, and returns the receive watermark of its session;
 * null if that is unknown, which the next daemon reports as a gap
 * @throws Fault lock_held while a daemon has the account, already_linked when it has a session, and
 * those of the verification run; in a fleet standby while another machine has the account, lease_lost, and those of a
 * daemon's start
 */
export async function takeIn(
  settings: Settings,
  fill: (profile: string) => Promise<Origin>,
  signal: AbortSignal,
): Promise<ImportedSession> {
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
  const lease = await leaseOf(settings, signal);
  const over = lease === null ? signal : AbortSignal.any([signal, lease.lost]);
  const work = await makeMoving(dir);
  try {
    const there = layout(work, dir.clientId);
    const origin = await fill(there.profile);
    signal.throwIfAborted();
    refuseNewer(await writtenBy(there.profile), await versionOf(config.browser, work));
    const movedAt = new Date().toISOString();
    const wid = await becomesReady(settings, there, { signal: over, onBrowser: (pid) => lease?.guard(pid) });
    // The verification run did not journal what it received, so the watermark in its own marker is too late.
    await writeMarker(there, { ...(origin ?? { linkedAt: movedAt, lastSeenAt: null }), wid });
    // Lost since the verification run ended: another machine may have the account.
    lease?.lost.throwIfAborted();
    await takePlace(there, dir, async () => lease?.imported());
    return { wid, profile: dir.profile };
  } catch (error) {
    throw !signal.aborted && lease?.lost.aborted ? lease.lost.reason : error;
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    await lease?.release();
  }
}

/** Null where the machine belongs to no fleet. */
async function leaseOf(settings: Settings, signal: AbortSignal): Promise<ImportLease | null> {
  if (settings.config.fleet.servers.length === 0) return null;
  await ownDirectory(settings.paths.stateDir);
  const { ImportLease } = await import('./fleet-lease.js');
  return ImportLease.take(settings, signal);
}

/** The version that our browser reports. @throws Fault launch_failed when no browser starts */
async function versionOf(browser: Settings['config']['browser'], tmpRoot: string): Promise<string | null> {
  const found = findBrowser({ browser, env: process.env, home: homedir() });
  if (!found.found) throw new Fault('launch_failed', { reason: found.says, hint: found.remedy });
  const { tryBrowser } = await import('../../whatsapp/browser/preflight.js');
  const tried = await tryBrowser({ chrome: chromeOptions(found.path, browser), tmpRoot });
  if (!tried.ok) throw new Fault('launch_failed', { reason: tried.says, hint: tried.remedy });
  return tried.version;
}
