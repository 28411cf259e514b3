// The profile of the account in a fleet: brought to this disk at the begin of a tenure, judged by whether WhatsApp accepts it, and
// stored for the next machine at its end.
import type { Lease } from '../../fleet/lease.js';
import type { Member } from '../../fleet/member.js';
import { openProfileStore, type ProfileStore } from '../../fleet/profile-store.js';
import type { Log } from '../../protocol/log.js';
import type { Store } from '../../store/store.js';
import type { Actor } from '../session/actor.js';
import type { Settings } from '../settings.js';
import { ownVersion } from './own-version.js';
import { judgeProfile, type Restored, restoreProfile } from './restore.js';
import { type SaveOptions, saveProfile } from './save.js';
import { type SnapshotOptions, Snapshots } from './snapshot.js';

export interface ProfileKeeperOptions {
  readonly settings: Settings;
  readonly member: Pick<Member, 'fleet' | 'objects'>;
  readonly lease: Lease;
  readonly log: Log;
}

/** Nothing to close. */
export class ProfileKeeper {
  readonly #options: Omit<SaveOptions, 'running'>;
  /** Null until the disk has what this tenure begins with. */
  #restored: Restored | null = null;
  /** Ends when the fleet has no copies any more of a session that was unlinked. */
  #forgotten: Promise<void> = Promise.resolve();

  constructor({ settings, member, lease, log }: ProfileKeeperOptions) {
    const { dir, paths, config, account } = settings;
    const profiles: ProfileStore = openProfileStore(member.fleet, member.objects.profiles);
    this.#options = { dir, stateDir: paths.stateDir, config, account, profiles, lease, log };
  }

  /** Whether another copy took the place of what was on this disk. */
  get isRestored(): boolean {
    return this.#restored !== null && this.#restored.from !== null;
  }

  /** Where the copies are; null: machines share a disk, and make none. */
  get profiles(): ProfileStore | null {
    const { config, profiles } = this.#options;
    return config.fleet.profile === 'shared' ? null : profiles;
  }

  /** Why the newest profile is not in place, in a sentence for an alert; else null. */
  get trouble(): string | null {
    return this.#restored?.why ?? null;
  }

  /**
   * Called before anything of the account is opened.
   * @throws (rejects) Fault newer_profile: this machine must not keep the lease; fleet_unreachable, fleet_refused, disk_full,
   * permission_denied, usage
   */
  async restore(): Promise<void> {
    const { lease, config } = this.#options;
    let version: Promise<string | null> | undefined;
    const browserVersion = (): Promise<string | null> => {
      version ??= ownVersion(config);
      return version;
    };
    this.#restored = await restoreProfile({ ...this.#options, epoch: lease.epoch, browserVersion });
  }

  /**
   * Observes what becomes of the session: the old content of the disk is removed once the account is ready, and the copies in
   * the fleet once the session was unlinked.
   * @param refused called when WhatsApp refuses it, and there may be an older one: the daemon has to end and start again
   */
  judge(actor: Actor, refused: () => void): void {
    actor.watch((_state, _before, event) => {
      if (event.type === 'profile-removed' && event.gone) this.#forget();
    });
    const leave = actor.watch(({ name, session }, before) => {
      const verdict =
        name === 'ready' ? 'ready' : before.session !== null && session === null ? 'refused' : null;
      if (verdict === null) return;
      leave();
      judgeProfile(this.#options, verdict).then(
        (again) => again && refused(),
        (error: unknown) => this.#options.log.error('profile.not-judged', { err: error }),
      );
    });
  }

  /** Copies of the account while it runs. The caller closes it before the store. */
  copies(store: Store, copied: SnapshotOptions['copied']): Snapshots {
    return new Snapshots({ ...this.#options, store, copied });
  }

  /** Browser and store are closed. @throws (rejects) Fault lease_lost, fleet_unreachable, disk_full and others */
  async save(): Promise<void> {
    // What is on the disk may be older than what the fleet has.
    if (this.#restored === null) return;
    await this.#forgotten;
    await saveProfile(this.#options);
  }

  /** An unlinked session can never be used again: a machine that restored it would show a code. */
  #forget(): void {
    const { profiles, account, log } = this.#options;
    this.#forgotten = profiles.remove(account).then(
      () => log.info('profile.forgotten'),
      (error: unknown) => log.warn('profile.not-forgotten', { err: error }),
    );
  }
}
