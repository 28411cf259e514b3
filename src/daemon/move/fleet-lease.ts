// The lease of the account while a session is imported on a machine of a fleet: no other machine runs the account meanwhile.
import { randomUUID } from 'node:crypto';
import type { Lease } from '../../fleet/lease.js';
import { Member } from '../../fleet/member.js';
import { openProfileStore } from '../../fleet/profile-store.js';
import { Fault } from '../../protocol/fault.js';
import type { Log } from '../../protocol/log.js';
import { NO_TENURE, writeRecord } from '../fleet/disk-record.js';
import { fleetKeys } from '../fleet/fleet-key.js';
import { BrowserGuard } from '../fleet/guard.js';
import { hostOf } from '../fleet/host.js';
import type { Settings } from '../settings.js';

/** How long to wait for servers that do not answer, and for a holder that they may have forgotten. */
const WAIT_MS = 60_000;

const quiet = (): void => {};
const LOG: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** Its owner calls `release`, once the browser has ended. */
export class ImportLease {
  readonly #settings: Settings;
  readonly #member: Member;
  readonly #lease: Lease;
  readonly #guard: BrowserGuard;
  readonly #lost = new AbortController();

  /**
   * @throws (rejects) Fault standby: another machine has the account; already_linked: the fleet has a session of it.
   * fleet_unreachable, fleet_mismatch, fleet_refused, clock_skew, permission_denied, usage, interrupted
   */
  static async take(settings: Settings, signal: AbortSignal): Promise<ImportLease> {
    const { account, config, paths } = settings;
    // Without its key the machine could not go on with the session.
    if (config.fleet.profile === 'local') fleetKeys(config);
    const bound = AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]);
    const host = hostOf(paths.stateDir, config.fleet.profile === 'shared');
    const about = { config: config.fleet, account, host, daemon: randomUUID(), log: LOG };
    let member: Member | null = null;
    try {
      member = await Member.open(about, bound);
      const lease = await member.leaseNow(bound);
      const held = new ImportLease(settings, member, lease);
      try {
        await held.#refuseLinked();
      } catch (error) {
        await held.release();
        throw error;
      }
      return held;
    } catch (error) {
      await member?.close();
      if (signal.aborted) throw new Fault('interrupted');
      if (!bound.aborted) throw error;
      throw new Fault('fleet_unreachable', {
        reason: `${config.fleet.servers.join(', ')} did not give the lease of ${account} within ${WAIT_MS / 1_000} s`,
      });
    }
  }

  private constructor(settings: Settings, member: Member, lease: Lease) {
    this.#settings = settings;
    this.#member = member;
    this.#lease = lease;
    this.#guard = new BrowserGuard({ log: LOG, heldUntilMs: () => lease.heldUntilMs });
    lease.onConfirmed(() => this.#guard.confirm());
    lease.onEnd((end) => {
      if (end === 'released') return;
      void this.#guard.kill(0);
      this.#lost.abort(new Fault('lease_lost'));
    });
  }

  /** Aborts when the lease is lost; the browser has been killed then. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** From now on this browser dies with the lease, also without this process. */
  guard(browserPid: number): void {
    this.#guard.watch(browserPid);
  }

  /** The imported session is in place: it is newer than any copy that the fleet has. @throws (rejects) Fault disk_full, lease_lost */
  async imported(): Promise<void> {
    if (this.#lease.end !== null) throw new Fault('lease_lost');
    const { config, paths } = this.#settings;
    await writeRecord(paths.stateDir, { ...NO_TENURE, epoch: this.#lease.epoch });
    // A lease that is lost from here on makes no second session: no copy exists from which another machine could begin.
    // Only this machine has the session: no other one may begin before it has stored it.
    await this.#release(config.fleet.machine);
  }

  /** Gives the account back to any machine. Never rejects. */
  async release(): Promise<void> {
    await this.#release();
    await this.#member.close();
  }

  async #release(next?: string): Promise<void> {
    this.#guard.end();
    // It expires by itself.
    await this.#lease.release(next).catch(() => undefined);
  }

  /** Machines would go on with the other session, and what is imported would be lost. */
  async #refuseLinked(): Promise<void> {
    const { account, config } = this.#settings;
    if (config.fleet.profile === 'shared') return;
    const { fleet, objects } = this.#member;
    const [newest] = await openProfileStore(fleet, objects.profiles).list(account);
    if (newest === undefined) return;
    throw new Fault('already_linked', {
      reason: `the fleet has a session of the account ${account}, stored by machine ${newest.machine} at ${newest.made}`,
      hint: 'wactl --fleet disconnect',
    });
  }
}
