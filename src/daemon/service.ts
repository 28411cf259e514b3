// The daemon as a service of systemd: what the service manager is notified of, and when. Without systemd it
// notifies nobody. The notifications themselves are in systemd/.
import type { Config } from '../config/keys.js';
import type { Log } from '../protocol/log.js';
import { REASON_WORDS } from '../protocol/reason-words.js';
import type { EventName } from '../session/event.js';
import { isShuttingDown, placeOf, reasonOf, type State } from '../session/state.js';
import { openServiceManager } from '../systemd/service-manager.js';
import { type StopReason, stopReason } from '../systemd/stop-reason.js';
import type { Account } from './account.js';

export interface Service {
  /** Called when the socket of a daemon listens that has no account yet: systemd counts it as started. */
  stands(): void;
  /** Asks systemd for more time to start or to stop, in ms from now. */
  extend(ms: number): void;
  /** Called when the socket listens: notifies systemd of readiness, and from now on of health and status. */
  serves(account: Account, config: Config): void;
  /** Whether this stop is an explicit one. Called after the signal. */
  stopReason(account: string): StopReason;
  /** Called when everything else has ended. */
  close(): Promise<void>;
}

/** The time that closing a browser may take, with every step of its close ladder. */
const CLOSE_MS = 25_000;
/** The time that removing files may take. */
const REMOVE_MS = 10_000;

/** Removes systemd's variables for this process from the environment, so that no child uses them. */
export function openService(env: NodeJS.ProcessEnv, log: Log): Service {
  const manager = openServiceManager(env, (says) => log.error('systemd.trouble', { says }));
  const { notify } = manager;
  return {
    stands() {
      notify.ready();
      notify.status(`stopped: ${REASON_WORDS.standby}`);
      manager.watch(async () => undefined);
    },
    extend: (ms) => notify.extend(ms),
    serves(account, { shutdown }) {
      const { actor } = account;
      const { drainMs, wakeMs, logoutMs } = shutdown;
      // Each step of a stop asks for the time of the next one. A stop without progress gets no more time.
      const more: Partial<Record<EventName, (state: State) => number>> = {
        shutdown: (state) => (placeOf(state) === null ? drainMs : wakeMs) + logoutMs + CLOSE_MS,
        'logout-done': () => CLOSE_MS,
        'profile-removed': () => REMOVE_MS,
      };
      const reportStatus = () => notify.status(statusLine(actor.state, account.hint));
      actor.watch((now, before, { type }) => {
        if (isShuttingDown(now) && !isShuttingDown(before)) notify.stopping();
        const ms = more[type];
        if (isShuttingDown(now) && ms !== undefined) notify.extend(ms(now));
        if (now.name !== before.name || reasonOf(now) !== reasonOf(before)) reportStatus();
      });
      notify.ready();
      reportStatus();
      const { everyMs } = manager.watch((signal) => actor.until(() => true, { signal }));
      if (notify.isEnabled) log.info('systemd.ready', { watchdogMs: everyMs });
    },
    stopReason: (account) => stopReason({ account, invocation: manager.invocation }),
    close: () => manager.close(),
  };
}

/**
 * `linking: a QR code waits to be scanned (wactl qr)`. Without numbers of the account,
 * because everybody may read it.
 */
export function statusLine(state: State, hint: string | null): string {
  const words = REASON_WORDS[reasonOf(state)];
  return `${state.name}${words && `: ${words}`}${hint === null ? '' : ` (${hint})`}`;
}
