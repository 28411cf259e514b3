// The time in which this machine has the account: from the lease until it is given back or lost. When it is lost the browser
// is killed before anything else, and the process ends; what is on disk survives that, as it survives any kill.
import type { Lease, LeaseEnd } from '../../fleet/lease.js';
import type { Member } from '../../fleet/member.js';
import type { DaemonLog } from '../../log/log.js';
import type { Dispatch } from '../../protocol/dispatch.js';
import { Fault } from '../../protocol/fault.js';
import type { Status } from '../../protocol/methods/session.js';
import { EXIT } from '../exit.js';
import type { Settings } from '../settings.js';
import { BrowserGuard } from './guard.js';

export interface TenureParts {
  readonly settings: Settings;
  readonly log: DaemonLog;
  readonly member: Member;
  readonly lease: Lease;
  /** Asks systemd for more time to stop, in ms from now. */
  readonly extend: (ms: number) => void;
}

/** Its owner calls `leave`, once the account is closed. */
export class Tenure {
  readonly #parts: TenureParts;
  readonly #guard: BrowserGuard;
  #next: string | undefined;

  constructor(parts: TenureParts) {
    this.#parts = parts;
    const { lease, log } = parts;
    this.#guard = new BrowserGuard({ log, heldUntilMs: () => lease.heldUntilMs });
    lease.onConfirmed(() => this.#guard.confirm());
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

  /** Names the machine that may take the account once this daemon has left. */
  handOver(to: string | undefined): void {
    this.#next = to;
  }

  /** Called when account and store are closed. Never rejects: an unreleased lease expires. */
  async leave(): Promise<void> {
    const { lease, log } = this.#parts;
    this.#guard.end();
    try {
      await lease.release(this.#next);
      log.info('fleet.released', { epoch: lease.epoch, next: this.#next ?? null });
    } catch (error) {
      log.warn('fleet.release', { err: error });
    }
  }

  #lost(end: LeaseEnd): void {
    const { log, lease } = this.#parts;
    // Its own process goes on until the browser has ended.
    void this.#guard.kill(0);
    log.fatal('fleet.lease-lost', { end, epoch: lease.epoch });
    log.flushSync();
    process.exit(EXIT.lockHeld);
  }
}
