// The time in which this machine has the account: from the lease until it is given back or lost. When it is lost the browser
// is killed before anything else, and the process ends; what is on disk survives that, as it survives any kill.
import { newestCursor } from '../../fleet/event-publisher.js';
import type { Lease, LeaseEnd } from '../../fleet/lease.js';
import { machineNames } from '../../fleet/machines.js';
import type { Member } from '../../fleet/member.js';
import type { DaemonLog } from '../../log/log.js';
import type { Dispatch } from '../../protocol/dispatch.js';
import { Fault } from '../../protocol/fault.js';
import type { Status } from '../../protocol/methods/session.js';
import type { Reason } from '../../protocol/state.js';
import type { Store } from '../../store/store.js';
import { EXIT } from '../exit.js';
import type { FleetCounters, FleetValues } from '../metrics/fleet-metrics.js';
import type { ChooseId } from '../outgoing/ids.js';
import type { Actor } from '../session/actor.js';
import type { Settings } from '../settings.js';
import { BrowserGuard } from './guard.js';
import { ProfileKeeper } from './profile-keeper.js';
import type { Snapshots } from './snapshot.js';
import { streamFacts } from './stream-facts.js';
import { Traffic, type TrafficOptions } from './traffic.js';

export interface TenureParts {
  readonly settings: Settings;
  readonly log: DaemonLog;
  readonly member: Member;
  readonly lease: Lease;
  readonly idsFromKeys: ChooseId;
  /** Asks systemd for more time to stop, in ms from now. */
  readonly extend: (ms: number) => void;
}

/** The part of the account that a tenure needs. */
export interface TenureAccount {
  readonly actor: Actor;
  readonly alert: (reason: Reason, says: string) => void;
}

/** What the account continues from. */
export interface Beginning {
  /** No new event may have this cursor or a smaller one. */
  readonly cursorsAbove: number;
  readonly idsFromKeys: ChooseId;
}

const HOUR_MS = 3_600_000;
/** How long storing a profile may take: seconds for 40 MB, more while NATS elects a leader. */
const SAVE_MS = 60_000;

/**
 * How long the daemon waits for the end of a killed browser, which usually takes 50 ms. Less than the rest of the lease, a third. A
 * process that the kernel does not end in that time would not end later either: waiting longer proves nothing.
 */
const KILL_MS = 2_000;

/** Its owner calls `leave`, once the account is closed. */
export class Tenure {
  readonly #parts: TenureParts;
  readonly #guard: BrowserGuard;
  readonly #profile: ProfileKeeper;
  #next: string | undefined;
  #traffic: Traffic | null = null;
  #counters: () => FleetCounters | null = () => null;

  constructor(parts: TenureParts) {
    this.#parts = parts;
    const { lease, log, member, settings } = parts;
    this.#profile = new ProfileKeeper({ settings, member, lease, log });
    this.#guard = new BrowserGuard({ log, heldUntilMs: () => lease.heldUntilMs });
    lease.onConfirmed(() => {
      this.#guard.confirm();
      this.#counters()?.renewed('confirmed');
    });
    lease.onUnconfirmed(() => this.#counters()?.renewed('failed'));
    lease.onEnd((end) => end !== 'released' && this.#lost(end));
  }

  /** Larger than that of every earlier tenure of this account. */
  get epoch(): number {
    return this.#parts.lease.epoch;
  }

  /** False from the moment at which the lease can no longer be relied on. */
  get isHeld(): boolean {
    return this.#parts.lease.end === null;
  }

  get status(): NonNullable<Status['fleet']> {
    const { machine } = this.#parts.settings.config.fleet;
    return { machine, holder: machine, epoch: this.epoch };
  }

  /**
   * Brings the newest profile to this disk. Called with the lock, before anything of the account is opened.
   * @throws (rejects) Fault newer_profile, fleet_unreachable, fleet_refused, disk_full, permission_denied, usage
   */
  async begin(): Promise<Beginning> {
    const { settings, member } = this.#parts;
    const { account } = settings;
    await this.#profile.restore();
    return {
      // The lost store of a restored account may have given out cursors that were never published.
      cursorsAbove: Math.max(
        (await newestCursor(member.fleet, account)) ?? 0,
        this.#profile.isRestored ? Date.now() : 0,
      ),
      idsFromKeys: this.#parts.idsFromKeys,
    };
  }

  /** Connects the account to the streams of the fleet. The caller closes it when the account has ended, before the store. */
  join(parts: Pick<TrafficOptions, 'dispatch' | 'feed' | 'store' | 'outbox'>): Traffic {
    const { member, settings, log } = this.#parts;
    const { fleet } = member;
    const { epoch } = this;
    const isHeld = () => this.isHeld;
    this.#traffic = new Traffic({ ...parts, fleet, account: settings.account, epoch, isHeld, log });
    return this.#traffic;
  }

  /** Called before the account starts. */
  watch({ actor, alert }: TenureAccount): void {
    const { trouble } = this.#profile;
    if (trouble !== null) alert('auth_failed', trouble);
    this.#profile.judge(actor, () => {
      this.handOver(this.status.machine);
      actor.post({ type: 'shutdown', logout: false });
    });
  }

  /** Copies of the account while it runs. The caller closes it before the store. */
  copies(store: Store): Snapshots {
    return this.#profile.copies(store, (outcome) => this.#counters()?.copied(outcome));
  }

  /** @param counters where renewals and copies are counted; null while nobody reads them */
  count(counters: () => FleetCounters | null): void {
    this.#counters = counters;
  }

  /** For a scrape. Bounded; never rejects. */
  async values(): Promise<FleetValues> {
    const { member, settings } = this.#parts;
    const { account, config } = settings;
    const { profiles } = this.#profile;
    const facts = await streamFacts({ fleet: member.fleet, account, profiles });
    const { eventsBehind = null, unsettled = 0 } = this.#traffic?.status ?? {};
    return {
      ...{ ...facts, eventsBehind, sendsAccepted: unsettled },
      epoch: this.isHeld ? this.epoch : null,
      copyEveryMs: profiles === null ? 0 : config.fleet.snapshotHours * HOUR_MS,
    };
  }

  /** Answers nothing more once the lease has ended: a process that was suspended may wake up with a request at hand. */
  fenced(dispatch: Dispatch): Dispatch {
    return async (...call) => {
      if (!this.isHeld) throw new Fault('lease_lost');
      return dispatch(...call);
    };
  }

  /** From now on this browser dies with the lease, also without this process. */
  guard(browserPid: number): void {
    this.#guard.watch(browserPid);
  }

  /**
   * Whether an agent of this machine is there; null: no agent publishes a machine. Daemons that stand by publish nothing.
   * @throws (rejects) Fault fleet_unreachable, fleet_refused
   */
  async hasMachine(name: string): Promise<boolean | null> {
    const names = await machineNames(this.#parts.member.objects.machines);
    return names.length === 0 ? null : names.includes(name);
  }

  /** Names the machine that may take the account once this daemon has left. */
  handOver(to: string | undefined): void {
    this.#next = to;
  }

  /**
   * Stores the profile and gives the lease back. Called when account and store are closed. Never rejects: a lease that is not
   * given back expires.
   */
  async leave(): Promise<void> {
    const { lease, log, extend } = this.#parts;
    this.#guard.end();
    extend(SAVE_MS);
    try {
      await this.#profile.save();
    } catch (error) {
      log.error('profile.not-saved', { err: error });
    }
    try {
      await lease.release(this.#next);
      log.info('fleet.released', { epoch: lease.epoch, next: this.#next ?? null });
    } catch (error) {
      log.warn('fleet.release', { err: error });
    }
  }

  #lost(end: LeaseEnd): void {
    const { log, lease } = this.#parts;
    // Nothing else of the daemon runs before it exits. The guard's own process goes on until the browser has ended.
    const browserEnded = this.#guard.kill(KILL_MS);
    log.fatal('fleet.lease-lost', { end, epoch: lease.epoch, browserEnded });
    log.flushSync();
    process.exit(EXIT.lockHeld);
  }
}
