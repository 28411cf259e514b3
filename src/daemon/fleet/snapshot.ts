// Copies of an account that runs: one after it was linked, then one every `snapshotHours`. A browser writes parts of its
// storage late and not together, so a copy of a profile in use may lack the session: the browser is replaced in a quiet
// moment, and the profile is copied in between. Sealing and sending happen when the account is back.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../protocol/fault.js';
import { readMarker } from '../../session-dir/marker.js';
import { copyProfile } from '../../session-dir/profile-files.js';
import type { Store } from '../../store/store.js';
import type { ProfileCopies } from '../session/profile-copies.js';
import { type RunningSource, type SaveOptions, saveProfile } from './save.js';

export interface SnapshotOptions extends Omit<SaveOptions, 'running'> {
  /** Open until `close` has resolved. */
  readonly store: Store;
  /** Called after each copy that was begun, unless `close` ended it. */
  readonly copied: (outcome: 'stored' | 'failed') => void;
}

const HOUR_MS = 3_600_000;
/** After a copy that failed. */
const RETRY_MS = HOUR_MS;

/** Its owner calls `close` before the store is closed. */
export class Snapshots implements ProfileCopies {
  readonly #options: SnapshotOptions;
  readonly #work: string;
  /** When the newest copy was made, ms since 1970; 0: there is none; null: not asked yet. */
  #newestMs: number | null = null;
  /** When the last copy was begun, by the monotonic clock. */
  #begunAtMs = Number.NEGATIVE_INFINITY;
  #isReplacing = false;
  #saving: Promise<void> | null = null;
  #closed = false;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.#work = join(options.stateDir, '.moving-state.snapshot');
  }

  async due(): Promise<string | null> {
    if (this.#closed || this.#saving !== null || performance.now() - this.#begunAtMs < RETRY_MS) return null;
    const { config, dir, log } = this.#options;
    try {
      const marker = await readMarker(dir);
      if (marker === null || config.fleet.profile === 'shared') return null;
      this.#newestMs ??= await this.#newest();
      const { snapshotHours } = config.fleet;
      if (this.#newestMs < Date.parse(marker.linkedAt))
        return 'the fleet has no copy of the profile since it was linked';
      const isOld = snapshotHours > 0 && Date.now() - this.#newestMs > snapshotHours * HOUR_MS;
      return isOld ? `the copy of the profile in the fleet is older than ${snapshotHours} h` : null;
    } catch (error) {
      log.warn('profile.not-listed', { err: error });
      return null;
    }
  }

  replacing(): void {
    this.#isReplacing = true;
  }

  async launching(): Promise<void> {
    // After a crash the profile is repaired, and not yet proved.
    if (!this.#isReplacing) return;
    this.#isReplacing = false;
    if ((await this.due()) === null) return;
    this.#begunAtMs = performance.now();
    const { dir } = this.#options;
    try {
      await rm(this.#work, { recursive: true, force: true });
      await mkdir(this.#work, { mode: 0o700 });
      const marker = await readMarker(dir);
      if (marker === null) return;
      const profile = join(this.#work, 'profile');
      await copyProfile(dir.profile, profile);
      this.#saving = this.#save({ profile, marker });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Ends a copy that is under way: one that is made after the end is newer. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#saving;
  }

  async #save(copied: Omit<RunningSource, 'store'>): Promise<void> {
    const { lease, store } = this.#options;
    const isClosed = () => this.#closed;
    const fence = {
      epoch: lease.epoch,
      get end() {
        return isClosed() ? 'released' : lease.end;
      },
    };
    try {
      await saveProfile({ ...this.#options, lease: fence, running: { ...copied, store } });
      this.#newestMs = Date.now();
      this.#options.copied('stored');
    } catch (error) {
      if (!this.#closed) this.#failed(error);
    } finally {
      await rm(this.#work, { recursive: true, force: true }).catch(() => undefined);
      this.#saving = null;
    }
  }

  async #newest(): Promise<number> {
    const { profiles, account } = this.#options;
    const [newest] = await profiles.list(account);
    return Date.parse(newest?.made ?? '') || 0;
  }

  #failed(error: unknown): void {
    this.#options.copied('failed');
    this.#options.log.error('profile.not-saved', { reason: Fault.of(error).message, err: error });
  }
}
