// Restores the account's profile before anything of it is opened, when the fleet has a newer copy than this disk. The caller
// holds the lock and the lease.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../archive/manifest.js';
import { Unfit } from '../../archive/unfit.js';
import { type Contents, unfitness, unpack } from '../../archive/unpack.js';
import type { Config } from '../../config/keys.js';
import type { ProfileCopy, ProfileStore } from '../../fleet/profile-store.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { isNewerProfile } from '../../session-dir/browser-version.js';
import { readMarker, writeMarker } from '../../session-dir/marker.js';
import { copyPlace, STORE } from './copy-content.js';
import { type DiskRecord, type Moved, NO_TENURE, readRecord, writeRecord } from './disk-record.js';
import { fleetKeys } from './fleet-key.js';
import { type Disk, moveIn, removeKept, removeStaging, type Staging, stagingOf } from './staging.js';

export interface RestoreOptions extends Disk {
  readonly profiles: ProfileStore;
  readonly config: Config;
  readonly account: string;
  /** Of the lease that is held. */
  readonly epoch: number;
  /** The version of the browser of this machine, such as 156.0.8078.79; null: unknown. */
  readonly browserVersion: () => Promise<string | null>;
  readonly log: Log;
}

export interface Restored {
  /** The epoch of the copy that is in place, until the account has become ready on it; null: the content is this disk's own. */
  readonly from: number | null;
  /** Why a newer copy is not in place, in a sentence for an alert; else null. */
  readonly why: string | null;
}

/**
 * Restores the newest copy that can be opened, if it is newer than the disk or the disk has no session, and begins the
 * tenure in the disk's record. Ends a move that a crash has interrupted. A copy of a newer browser is not passed over for an
 * older one: another machine can run it.
 * @throws (rejects) Fault newer_profile, fleet_unreachable, fleet_refused, disk_full, permission_denied, usage (the key file)
 */
export async function restoreProfile(options: RestoreOptions): Promise<Restored> {
  const { stateDir, config, account, profiles, epoch, log } = options;
  const record = await endMove(options);
  if (config.fleet.profile === 'shared') {
    await writeRecord(stateDir, { ...NO_TENURE, epoch });
    return { from: null, why: null };
  }
  const linked = await isLinked(options);
  const copies = (await profiles.list(account)).filter((copy) => !linked || copy.epoch > record.epoch);
  const problems = record.refused.map(
    (one) => `WhatsApp no longer accepts the session in the copy of epoch ${one}`,
  );
  for (const copy of copies.filter(({ epoch: one }) => !record.refused.includes(one))) {
    // Before it is transferred. What is sealed in it is checked as well.
    refuseNewer(copy.browser, await options.browserVersion(), copy.epoch);
    try {
      const startedAtMs = performance.now();
      // The disk's own store is newer than a copy from before its tenure: then only the session is restored.
      const moved: Moved = copy.epoch > record.epoch ? 'all' : 'session';
      await unpackCopy(options, copy);
      await writeRecord(stateDir, { epoch, from: copy.epoch, refused: record.refused, moving: moved });
      await endMove(options);
      const tookMs = Math.round(performance.now() - startedAtMs);
      const { machine, made, bytes } = copy;
      log.info('profile.restored', { from: copy.epoch, epoch, machine, made, bytes, moved, tookMs });
      return {
        from: copy.epoch,
        why: problems.length === 0 ? null : sentence(problems, 'an older one is used'),
      };
    } catch (error) {
      if (!(error instanceof Fault && error.kind === 'bad_snapshot')) throw error;
      log.error('profile.bad-copy', { epoch: copy.epoch, reason: error.message, err: error.cause });
      problems.push(error.message);
    }
  }
  await removeStaging(options);
  await writeRecord(stateDir, { ...record, epoch });
  const { from } = record;
  if (problems.length === 0) return { from, why: null };
  const instead = linked ? "this machine's own, older session is used" : 'the account has to be linked again';
  return { from, why: sentence(problems, instead) };
}

const sentence = (problems: readonly string[], instead: string): string =>
  `${problems.map((one) => one.replace(/\.$/, '')).join('; ')}; ${instead}.`;

/**
 * What became of the account on this disk. `ready`: the old content is removed. `refused`: WhatsApp does not accept the
 * session, so the next restore tries the copy before it.
 * @returns whether a restored copy was refused: the process has to end and start again, so that the next one is tried
 * @throws (rejects) Fault disk_full, permission_denied
 */
export async function judgeProfile(disk: Disk, verdict: 'ready' | 'refused'): Promise<boolean> {
  const record = await readRecord(disk.stateDir);
  const { epoch, from, refused } = record;
  if (verdict === 'ready') {
    await removeKept(disk);
    if (from !== null || refused.length > 0) await writeRecord(disk.stateDir, { ...NO_TENURE, epoch });
    return false;
  }
  if (from === null) return false;
  await writeRecord(disk.stateDir, { ...record, from: null, refused: [...refused, from] });
  return true;
}

/** Ends the move that the record names. @returns the record without it */
async function endMove(disk: Disk): Promise<DiskRecord> {
  const record = await readRecord(disk.stateDir);
  if (record.moving === null) return record;
  await moveIn(disk, record.moving);
  const ended = { ...record, moving: null };
  await writeRecord(disk.stateDir, ended);
  return ended;
}

/** A profile in which an account was linked. A QR code that was shown leaves a profile as well, without a marker. */
export async function isLinked({ dir }: Pick<Disk, 'dir'>): Promise<boolean> {
  const profile = await stat(dir.profile).catch(() => null);
  return profile?.isDirectory() === true && (await readMarker(dir)) !== null;
}

/** @throws Fault newer_profile */
function refuseNewer(written: string | null, ours: string | null, epoch: number): void {
  if (!isNewerProfile(written, ours)) return;
  throw new Fault('newer_profile', {
    reason: `The copy of the profile from epoch ${epoch} was last used by Chromium ${written}, and this machine has ${ours}: an older one may damage it. A machine with a newer Chromium can take the account.`,
    more: { written, ours },
  });
}

/** @throws (rejects) Fault bad_snapshot, newer_profile */
async function unpackCopy(options: RestoreOptions, copy: ProfileCopy): Promise<void> {
  await removeStaging(options);
  const staging = stagingOf(options);
  const { config, account, profiles } = options;
  const ours = await options.browserVersion();
  try {
    const { manifest } = await readCopy(staging, {
      copy: profiles.take(copy),
      keys: fleetKeys(config),
      check: (found) => {
        refuseOther(found, account, copy.epoch);
        refuseNewer(found.browser, ours, copy.epoch);
      },
    });
    if ((await stat(join(staging.state, STORE)).catch(() => null)) === null)
      throw new Unfit('it has no store');
    const { linkedAt, lastSeenAt, wid } = manifest;
    // With a time in the future, everything until then would be skipped.
    const isPast = lastSeenAt ? Date.parse(lastSeenAt) <= Date.now() : false;
    await writeMarker(staging.session, {
      linkedAt: linkedAt ?? manifest.made,
      wid,
      lastSeenAt: lastSeenAt && isPast ? lastSeenAt : null,
    });
  } catch (error) {
    if (error instanceof Fault) throw error;
    const why = unfitness(error, 'the key in fleet.keyFile');
    if (why === null) throw Fault.of(error);
    throw new Fault('bad_snapshot', {
      reason: `The copy of the profile from epoch ${copy.epoch} cannot be used: ${why}.`,
      cause: error,
    });
  }
}

const readCopy = (
  staging: Staging,
  {
    copy,
    keys,
    check,
  }: { copy: AsyncIterable<Uint8Array>; keys: readonly string[]; check: (found: Manifest) => void },
): Promise<Contents> =>
  unpack(copy, {
    seal: { keys },
    check,
    root: staging.session.dataPath,
    place: (name) => copyPlace(name, { profile: staging.session.profile, state: staging.state }),
  });

/** The names in NATS are not sealed: a copy under another name would be another account's, or an old one. @throws Unfit */
function refuseOther(found: Manifest, account: string, epoch: number): void {
  if (found.account !== account) throw new Unfit(`it is one of the account ${found.account}`);
  if (found.epoch !== epoch) throw new Unfit(`it is one of epoch ${found.epoch}`);
}
