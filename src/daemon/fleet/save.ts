// Saves the account as a sealed copy in the fleet: after that, any machine can continue it.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pack } from '../../archive/pack.js';
import type { Config } from '../../config/keys.js';
import type { Lease } from '../../fleet/lease.js';
import type { ProfileStore } from '../../fleet/profile-store.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { diskFault } from '../../session-dir/disk-fault.js';
import { type Marker, readMarker } from '../../session-dir/marker.js';
import { writtenBy } from '../../session-dir/profile-files.js';
import { openStore } from '../../store/open.js';
import type { Store } from '../../store/store.js';
import { referencedFiles } from '../media/referenced-files.js';
import { WAD_VERSION } from '../version.js';
import { copiedFiles, STORE } from './copy-content.js';
import { fleetKeys } from './fleet-key.js';
import { isLinked } from './restore.js';
import type { Disk } from './staging.js';

export interface SaveOptions extends Disk {
  readonly profiles: ProfileStore;
  readonly config: Config;
  readonly account: string;
  readonly lease: Pick<Lease, 'epoch' | 'end'>;
  readonly log: Log;
  /** What is copied while the account runs; without it, browser and store are closed. */
  readonly running?: RunningSource;
}

export interface RunningSource {
  /** A copy of the profile that was made without a browser on it. */
  readonly profile: string;
  /** As it was then. */
  readonly marker: Marker;
  /** Open. It is copied now: later than the profile, so it has everything up to the marker's watermark. */
  readonly store: Store;
}

/** How often a save is begun before NATS counts as silent. A leader that is lost is replaced after about 6 s. */
const ATTEMPTS = 3;

/**
 * Puts a copy of the account; without a session there is nothing to put. It is not put after the lease was lost, nor over
 * one of a later lease.
 * @throws (rejects) Fault lease_lost, fleet_unreachable, fleet_refused, disk_full, permission_denied, usage (the key file)
 */
export async function saveProfile(options: SaveOptions): Promise<void> {
  const { config, stateDir, lease, log, running } = options;
  if (config.fleet.profile === 'shared' || !(running || (await isLinked(options)))) return;
  const startedAtMs = performance.now();
  const work = join(stateDir, '.moving-state.saved');
  try {
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true, mode: 0o700 });
    const content = await contentOf(options, work);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { bytes } = await put(options, content);
        const tookMs = Math.round(performance.now() - startedAtMs);
        log.info('profile.saved', { epoch: lease.epoch, bytes, files: content.files.length, tookMs });
        break;
      } catch (error) {
        if (!(error instanceof Fault && error.kind === 'fleet_unreachable') || attempt === ATTEMPTS)
          throw error;
        log.warn('profile.not-saved', { attempt, reason: error.message });
      }
    }
  } catch (error) {
    throw diskFault(error, work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  // What an interrupted save has left on the servers. This copy is complete without it.
  await options.profiles.sweep().catch((error: unknown) => log.warn('profile.not-swept', { err: error }));
}

interface Content {
  readonly files: Awaited<ReturnType<typeof copiedFiles>>;
  readonly marker: Marker;
  readonly browser: string | null;
}

/** @param work an empty directory, for a copy of the store */
async function contentOf({ dir, stateDir, running }: SaveOptions, work: string): Promise<Content> {
  const marker = running?.marker ?? (await readMarker(dir));
  if (marker === null) throw new Fault('internal', { reason: `there is no session in ${dir.profile}` });
  const profile = running?.profile ?? dir.profile;
  if (running) await running.store.copyTo(join(work, STORE));
  else
    for (const name of [STORE, `${STORE}-wal`])
      await copyFile(join(stateDir, name), join(work, name)).catch(ignoreMissing);
  // Opened, the copy becomes a single intact file: of a damaged one, which the next start replaces, an empty store.
  using store = openStore({ directory: work });
  const media = referencedFiles(store);
  store.close();
  const files = await copiedFiles({ profile, store: join(work, STORE), stateDir, media });
  return { files, marker, browser: await writtenBy(profile) };
}

async function put({ account, config, lease, profiles }: SaveOptions, content: Content) {
  const { files, marker, browser } = content;
  const { wid, linkedAt, lastSeenAt } = marker;
  const { epoch } = lease;
  const made = new Date().toISOString();
  const manifest = { format: 1 as const, account, wid, linkedAt, lastSeenAt, browser, made, epoch };
  const sealed = await pack(files, { manifest, seal: { keys: fleetKeys(config) } });
  const facts = { epoch, machine: config.fleet.machine, made, browser, wad: WAD_VERSION };
  return profiles.put(account, facts, fenced(sealed, lease));
}

/** Fails once the lease is lost: also at the end, before the copy becomes the newest one. */
async function* fenced(
  sealed: AsyncIterable<Uint8Array>,
  lease: SaveOptions['lease'],
): AsyncGenerator<Uint8Array> {
  for await (const piece of sealed) {
    refuseLost(lease);
    yield piece;
  }
  refuseLost(lease);
}

/** @throws Fault lease_lost */
function refuseLost({ end }: SaveOptions['lease']): void {
  if (end !== null)
    throw new Fault('lease_lost', { reason: 'The lease was lost before the profile was saved.' });
}

const ignoreMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ENOENT') throw error;
};
