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
  #browserPid: () => number | null = () => null;
  #next: string | undefined;

  constructor(parts: TenureParts) {
    this.#parts = parts;
    parts.lease.onEnd((end) => end !== 'released' && this.#lost(end));
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

  /** From now on this browser dies with the lease. */
  guard(browserPid: () => number | null): void {
    this.#browserPid = browserPid;
  }

  /** Names the machine that may take the account once this daemon has left. */
  handOver(to: string | undefined): void {
    this.#next = to;
  }

  /** Called when account and store are closed. Never rejects: an unreleased lease expires. */
  async leave(): Promise<void> {
    const { lease, log } = this.#parts;
    try {
      await lease.release(this.#next);
      log.info('fleet.released', { epoch: lease.epoch, next: this.#next ?? null });
    } catch (error) {
      log.warn('fleet.release', { err: error });
    }
  }

  #lost(end: LeaseEnd): void {
    const { log, lease } = this.#parts;
    const pid = this.#browserPid();
    if (pid !== null) killGroup(pid);
    log.fatal('fleet.lease-lost', { end, epoch: lease.epoch, browser: pid });
    log.flushSync();
    process.exit(EXIT.lockHeld);
  }
}

/** Chromium leads a process group of its own. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
